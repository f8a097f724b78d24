package dev.querent.collective;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How many processors a process may use, as Linux tells. MPI launchers bind each rank to some of them, often to one, and nothing
 * else would say why training is slow.
 *
 * @param own of this process
 * @param launchers of the process that started it
 */
record Binding(int own, int launchers) {

    private static final String FIELD = "Cpus_allowed_list:";

    /** Of this process; empty where the system doesn't tell. */
    static Optional<Binding> current() {
        return ProcessHandle.current()
                .parent()
                .flatMap(parent -> processors(Path.of("/proc/self/status"))
                        .flatMap(own -> processors(Path.of("/proc/" + parent.pid() + "/status"))
                                .map(launchers -> new Binding(own, launchers))));
    }

    private static Optional<Integer> processors(Path status) {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith(FIELD))
                    .map(line -> count(line.substring(FIELD.length()).strip()))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Processors of a list like {@code 0-3,8}. */
    static int count(String list) {
        int count = 0;
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", 2);
            count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return count;
    }

    /**
     * What the user should know.
     *
     * @param threads that the rank computes with
     * @return empty where the launcher bound nothing, or left enough
     */
    Optional<String> warning(int threads) {
        if (own >= launchers || own > threads) {
            return Optional.empty();
        }
        return Optional.of(
                "the launcher bound each rank to " + own + " of " + launchers + " processors; it computes with "
                        + threads + (threads == 1 ? " thread" : " threads")
                        + ". For more, start mpirun with --bind-to none, or with --map-by slot:PE=N for N processors a rank");
    }
}
