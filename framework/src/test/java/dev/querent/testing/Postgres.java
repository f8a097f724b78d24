package dev.querent.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL server of Debian's package, on loopback, in a folder that goes with it; the build installs it (.ci/install-packages). */
public final class Postgres implements AutoCloseable {

    /** The owner of the database {@code postgres}. */
    public static final String USER = "querent";

    private static final long MOST_SECONDS = 120;

    private final Path bin;
    private final Path folder;
    private final int port;
    private final String password = UUID.randomUUID().toString();

    private Postgres(Path folder, Path bin, int port) {
        this.folder = folder;
        this.bin = bin;
        this.port = port;
    }

    /** Makes a database and starts its server. */
    public static Postgres start() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Postgres postgres =
                    new Postgres(Files.createTempDirectory("querent-postgres"), newest(), free.getLocalPort());
            free.close();
            postgres.initialise();
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newest() throws IOException {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.exists(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> new AssertionError("no PostgreSQL server; .ci/install-packages installs it"));
        }
    }

    private void initialise() throws IOException {
        Path secret = Files.writeString(folder.resolve("password"), password);
        if (isRoot()) { // PostgreSQL refuses to run as root; Debian's package brings a user for it
            run(List.of("chown", "-R", "postgres", folder.toString()));
        }
        server("initdb", "-D", data(), "-U", USER, "-A", "scram-sha-256", "--pwfile", secret.toString());
        Files.writeString(
                folder.resolve("data/postgresql.auto.conf"),
                "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nport = " + port + "\n");
        startServer();
    }

    /** Of the database, without user and password. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    /** Of {@link #USER}. */
    public String password() {
        return password;
    }

    /** All connections break, as in a crash, and the server comes back after a while. */
    public void restart(long downMillis) throws InterruptedException {
        server("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
        Thread.sleep(downMillis);
        startServer();
    }

    private void startServer() {
        server("pg_ctl", "-D", data(), "-w", "-l", folder.resolve("log").toString(), "start");
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private void server(String program, String... arguments) {
        List<String> command = new ArrayList<>(isRoot() ? List.of("runuser", "-u", "postgres", "--") : List.of());
        command.add(bin.resolve(program).toString());
        command.addAll(List.of(arguments));
        run(command);
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static void run(List<String> command) {
        try {
            Path out = Files.createTempFile("postgres", ".out"); // a pipe would stay open as long as the server
            Process process = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(command + ": " + Files.readString(out, StandardCharsets.UTF_8));
            }
            Files.delete(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Stops the server and deletes its folder. */
    @Override
    public void close() {
        server("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
        run(List.of("rm", "-rf", folder.toString()));
    }
}
