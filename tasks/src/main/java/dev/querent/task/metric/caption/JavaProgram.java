package dev.querent.task.metric.caption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java program of others, run in a process of its own: its licence and its libraries stay apart from Querent's. What it
 * writes to standard error is kept for the message if it fails.
 */
final class JavaProgram implements AutoCloseable {

    private static final int SHOWN = 600;

    private final String name;
    private final Path errors;
    private final Process process;
    private final Thread ending; // a program that is stopped stops what it started

    /**
     * Starts it.
     *
     * @param name for messages
     * @param jar absolute; it runs in its folder, where it looks for its data
     * @param arguments of the {@code java} that runs this
     */
    JavaProgram(String name, Path jar, List<String> arguments) {
        this.name = name;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dfile.encoding=UTF-8"); // they use the platform's
        command.addAll(arguments);
        try {
            errors = Files.createTempFile("querent-scorer", ".log");
            process = new ProcessBuilder(command)
                    .directory(jar.resolveSibling("").toFile())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            throw new ScorerException(name + " can't be started: " + e.getMessage(), e);
        }
        ending = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(ending);
    }

    Process process() {
        return process;
    }

    /** Waits for its end. */
    void expectSuccess() {
        try {
            if (process.waitFor() != 0) {
                throw failed();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException(name + ": interrupted", e);
        }
    }

    /** As it has ended, or writes what wasn't expected. */
    ScorerException failed() {
        String said;
        try {
            said = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            said = "";
        }
        String end = said.length() <= SHOWN ? said : said.substring(0, SHOWN) + "...";
        return new ScorerException(name + " failed" + (end.isEmpty() ? "" : ". It said: " + end));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException e) {
            // it is running already
        }
        try {
            Files.deleteIfExists(errors);
        } catch (IOException e) {
            errors.toFile().deleteOnExit();
        }
    }
}
