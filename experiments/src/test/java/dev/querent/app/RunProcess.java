package dev.querent.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** {@code querent} in a Java process of its own, for tests that kill it. */
final class RunProcess implements AutoCloseable {

    private static final long LONGEST_SECONDS = 600;

    private final Process process;
    private final Path out;
    private final Path err;

    /**
     * @param folder gets what the process writes
     */
    RunProcess(Path folder, List<String> arguments) {
        this(folder, List.of(), arguments);
    }

    /**
     * As the ranks of an MPI job, or with whatever else starts it.
     *
     * @param launcher stands before the command
     */
    RunProcess(Path folder, List<String> launcher, List<String> arguments) {
        this(folder, launcher, arguments, Map.of());
    }

    /** As above, with more in its environment. */
    RunProcess(Path folder, List<String> launcher, List<String> arguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dai.djl.offline=true",
                "-Dai.djl.pytorch.graph_optimizer=false",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(arguments);
        try {
            out = Files.createTempFile(folder, "process", ".out");
            err = Files.createTempFile(folder, "process", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().put("OMP_WAIT_POLICY", "passive");
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for a moment of the run. */
    void await(String moment, BooleanSupplier come) throws InterruptedException {
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
        while (!come.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > last) {
                throw new AssertionError("it never came to: " + moment + "\n" + output());
            }
            Thread.sleep(2);
        }
    }

    /** Waits until this process has written the run's status. */
    void awaitWork(Path run) throws InterruptedException {
        await("work on " + run, () -> worksOn(run));
    }

    private boolean worksOn(Path run) {
        try {
            Path status = run.resolve("status.json");
            if (!Files.exists(status)) {
                return false;
            }
            long worker = JsonMapper.shared()
                    .readTree(Files.readString(status))
                    .path("process")
                    .asLong(0);
            return worker == process.pid() || process.descendants().anyMatch(started -> started.pid() == worker);
        } catch (IOException | JacksonException e) {
            return false;
        }
    }

    /** Waits for a checkpoint or an output that is being written, a third of a second at most. */
    void awaitHalfWrittenFile(Path run) {
        long last = System.nanoTime() + 300_000_000L;
        while (process.isAlive() && System.nanoTime() < last && !holdsHalfWrittenFile(run)) {
            Thread.onSpinWait();
        }
    }

    private static boolean holdsHalfWrittenFile(Path run) {
        try (Stream<Path> tree = Files.walk(run.resolve("steps"))) {
            return tree.map(path -> path.getFileName().toString())
                    .anyMatch(name -> name.startsWith("unfinished-") || name.endsWith(".tmp"));
        } catch (IOException | UncheckedIOException e) {
            return false; // moved away while we looked
        }
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** The Java processes that a launcher started, in the order of their ranks; fewer while it starts them. */
    List<ProcessHandle> ranks() {
        return process.descendants()
                .filter(started -> started.info().command().orElse("").endsWith("java"))
                .sorted() // by process number: ranks are started in their order
                .toList();
    }

    /** SIGTERM, as {@code kill} and, for what it does to the process, Ctrl-C. */
    void terminate() {
        process.destroy();
    }

    /** Freezes the process, as a machine that swaps or a network that fails does, or lets it go on. */
    void freeze(boolean frozen) throws InterruptedException {
        freeze(process.toHandle(), frozen);
    }

    /** The same with another process. */
    static void freeze(ProcessHandle process, boolean frozen) throws InterruptedException {
        try {
            new ProcessBuilder("kill", frozen ? "-STOP" : "-CONT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The exit code. */
    int end() throws InterruptedException {
        return end(LONGEST_SECONDS);
    }

    /** The exit code, for which it may be waited longer. */
    int end(long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + seconds + " s\n" + output());
        }
        return process.exitValue();
    }

    /** What it wrote, standard output and then standard error. */
    String output() {
        try {
            return Files.readString(out) + Files.readString(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
