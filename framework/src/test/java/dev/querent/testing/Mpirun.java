package dev.querent.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts a main class several times, as the ranks of one MPI job on this machine. */
public final class Mpirun {

    private static final long MOST_SECONDS = 300;

    private Mpirun() {}

    /** How a job ended and what its ranks wrote. */
    public record Ended(int code, String output) {}

    /** The launchers of the two families; the build installs both (.ci/install-packages). */
    public enum Family {
        OPEN_MPI,
        MPICH
    }

    /** Runs a class of the test's class path to its end. */
    public static Ended run(Family family, int ranks, Class<?> main, String... arguments) {
        return run(family, ranks, Map.of(), main, arguments);
    }

    /** As above, with more in the environment of the launcher and its ranks. */
    public static Ended run(
            Family family, int ranks, Map<String, String> environment, Class<?> main, String... arguments) {
        try {
            Process process = start(family, ranks, environment, main, arguments);
            String output;
            try (InputStream in = process.getInputStream()) {
                output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the ranks hang; they wrote: " + output);
            }
            return new Ended(process.exitValue(), output);
        } catch (IOException e) {
            throw new AssertionError("mpirun can't be started; .ci/install-packages installs it", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Process start(
            Family family, int ranks, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("timeout", String.valueOf(MOST_SECONDS)));
        command.addAll(launcher(family, ranks));
        command.addAll(List.of(java(), "-Xmx1g", "-Dai.djl.offline=true"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("OMP_WAIT_POLICY", "passive");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** What stands before a command to start it as ranks on this machine, which may have fewer processors. */
    public static List<String> launcher(Family family, int ranks) {
        String number = String.valueOf(ranks);
        return switch (family) {
            case MPICH -> List.of("mpirun.mpich", "-np", number);
            case OPEN_MPI ->
                // env: of a command that is java itself, mpirun rewrites the arguments
                List.of(
                        "mpirun.openmpi",
                        "--allow-run-as-root",
                        "--oversubscribe",
                        "--bind-to",
                        "none",
                        "--mca",
                        "mpi_yield_when_idle",
                        "1",
                        "-np",
                        number,
                        "env");
        };
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
