package dev.querent.app;

import dev.querent.testing.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A run of {@link PictureHashes} that workers share, as commands for processes. */
final class SharedRun {

    private final Path folder;
    private final String name;
    private final Postgres postgres;
    private final List<String> settings;

    /**
     * @param folder of runs
     * @param settings of the experiment
     */
    SharedRun(Path folder, String name, Postgres postgres, String... settings) {
        this.folder = folder;
        this.name = name;
        this.postgres = postgres;
        this.settings = List.of(settings);
        try {
            Files.writeString(folder.resolve("hashes.yaml"), """
                    seed: 1
                    threads: 1
                    data: {plugin: shapes, image-size: 16, train-samples: 397, validation-samples: 2, test-samples: 2}
                    steps:
                      hashes: {plugin: picture-hashes}
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path run() {
        return folder.resolve(name);
    }

    /** Of one process alone. */
    List<String> alone() {
        List<String> arguments =
                new ArrayList<>(List.of("run", folder.resolve("hashes.yaml").toString()));
        common(arguments);
        return arguments;
    }

    private void common(List<String> arguments) {
        arguments.addAll(List.of("--runs", folder.toString(), "--data", folder.toString(), "--set", "name=" + name));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    }

    /** The manager's, with the password in the URL. */
    List<String> manager() {
        List<String> arguments = alone();
        String login = "?user=" + Postgres.USER + "&password=" + postgres.password();
        arguments.addAll(List.of("--repository", postgres.url() + login));
        return arguments;
    }

    RunProcess startManager() {
        return new RunProcess(folder, manager());
    }

    /** Starts a worker, with the password in its environment. */
    RunProcess startWorker() {
        List<String> arguments =
                new ArrayList<>(List.of("work", folder.resolve("hashes.yaml").toString()));
        common(arguments);
        arguments.addAll(List.of("--repository", postgres.url()));
        return new RunProcess(
                folder, List.of(), arguments, Map.of("PGUSER", Postgres.USER, "PGPASSWORD", postgres.password()));
    }

    /** Partitions whose files are there, or were before the merge. */
    int partitionsDone() {
        Path parts = run().resolve("steps/hashes/parts");
        if (Files.exists(hashes())) {
            return Integer.MAX_VALUE;
        }
        if (!Files.isDirectory(parts)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(parts)) {
            return (int) files.filter(file -> !file.toString().endsWith(".tmp")).count();
        } catch (IOException | UncheckedIOException e) {
            return 0; // deleted while we looked
        }
    }

    /** The step's result. */
    Path hashes() {
        return run().resolve("steps/hashes/hashes.txt");
    }

    /** How many times each process wrote a partition. */
    Map<String, Long> partitionsByProcess() {
        try (Stream<Path> notes = Files.list(run().resolve("steps/hashes/notes"))) {
            return notes.map(note -> note.getFileName().toString().replaceFirst("-.*", ""))
                    .collect(Collectors.groupingBy(process -> process, Collectors.counting()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
