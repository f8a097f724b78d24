package dev.querent.app.runs;

import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.SharedSteps;
import dev.querent.file.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What lies in the folders of runs and data and is of use to no run: found, and deleted if asked for. */
public final class Garbage {

    private final boolean delete;
    private final List<Item> items = new ArrayList<>();
    private final List<String> busy = new ArrayList<>();

    /**
     * A file or folder that no run needs.
     *
     * @param bytes that its deletion sets free; files that other runs share don't count
     */
    public record Item(Path path, String reason, long bytes) {}

    /**
     * @param runs the folder of all runs
     * @param data of data sets, with the cached features
     * @param delete whether what is found is deleted at once
     */
    public Garbage(Path runs, Path data, boolean delete) {
        this.delete = delete;
        Set<String> cachesInUse = new HashSet<>();
        for (Path folder : FileTree.folders(runs)) {
            RunDirectory run = new RunDirectory(folder);
            if (run.exists() || !run.steps().isEmpty()) {
                lookAt(run);
                cachesInUse.addAll(caches(run));
            }
        }
        new SharedSteps(runs).asideRuns().forEach(aside -> found(aside, "a run that a study has replaced"));
        if (busy.isEmpty()) { // a run that has just begun doesn't say yet which cache it fills
            FileTree.folders(data.resolve("features")).stream()
                    .filter(cache -> !cachesInUse.contains(String.valueOf(cache.getFileName())))
                    .forEach(cache -> found(cache, "cached features that no run of " + runs + " names"));
        }
    }

    /** All that was found. */
    public List<Item> items() {
        return List.copyOf(items);
    }

    /** The runs that processes work on: nothing of theirs was looked at, and no cached features. */
    public List<String> busy() {
        return List.copyOf(busy);
    }

    private void lookAt(RunDirectory run) {
        Optional<RunDirectory.Lock> lock = run.tryLock();
        if (lock.isEmpty()) {
            busy.add(run.name());
            return;
        }
        try (RunDirectory.Lock held = lock.get()) {
            SharedSteps.halfTaken(run).forEach(folder -> found(folder, "a step that was not taken over to its end"));
            halfWritten(run).forEach(path -> found(path, "half written by a process that has died"));
        }
    }

    /** Checkpoints and files that were being written when their process died. */
    private static List<Path> halfWritten(RunDirectory run) {
        try (Stream<Path> tree = Files.walk(run.root())) {
            return tree.filter(path -> {
                        String name = String.valueOf(path.getFileName());
                        return name.startsWith("unfinished-") || name.endsWith(".tmp");
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + run.root(), e);
        }
    }

    private static Set<String> caches(RunDirectory run) {
        Set<String> caches = new HashSet<>();
        for (String step : run.steps()) {
            Path file = run.step(step).resolve("cache.txt");
            try {
                if (Files.exists(file)) {
                    caches.add(Files.readString(file).strip());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
        }
        return caches;
    }

    private void found(Path path, String reason) {
        if (!Files.exists(path)) {
            return; // in a folder that has just been deleted
        }
        items.add(new Item(path, reason, bytes(path)));
        if (delete) {
            FileTree.delete(path);
        }
    }

    private static long bytes(Path path) {
        try (Stream<Path> tree = Files.walk(path)) {
            long bytes = 0;
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                bytes += isLinkedElsewhere(file) ? 0 : Files.size(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static boolean isLinkedElsewhere(Path file) throws IOException {
        try {
            return Files.getAttribute(file, "unix:nlink") instanceof Integer links && links > 1;
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return false;
        }
    }
}
