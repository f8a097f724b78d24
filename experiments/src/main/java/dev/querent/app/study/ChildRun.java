package dev.querent.app.study;

import dev.querent.app.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A {@code querent run} in a process of its own, as this one was started: one process drives one device. */
final class ChildRun {

    private static final int LONGEST_COMPLAINT = 4000;

    private final Process process;
    private final Path log;

    /**
     * @param log gets what the process says, behind what earlier ones said
     * @param arguments of the command line
     */
    ChildRun(Path log, List<String> arguments) {
        this.log = log;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(Predicate.not(ChildRun::belongsToThisProcess))
                .forEach(command::add);
        command.addAll(List.of("-Dquerent.terminal=false", "-cp", System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.addAll(arguments);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a run", e);
        }
    }

    /** A debugger's port, say. */
    private static boolean belongsToThisProcess(String argument) {
        return argument.startsWith("-agent") || argument.startsWith("-javaagent");
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Of a process that has ended. */
    int exitCode() {
        return process.exitValue();
    }

    /** SIGTERM: the run stops at a checkpoint. */
    void stop() {
        process.destroy();
    }

    /** The last line that the process wrote. */
    String lastWords() {
        try {
            byte[] bytes = Files.readAllBytes(log);
            int start = Math.max(0, bytes.length - LONGEST_COMPLAINT);
            return new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .reduce((earlier, later) -> later)
                    .orElse("it said nothing");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + log, e);
        }
    }
}
