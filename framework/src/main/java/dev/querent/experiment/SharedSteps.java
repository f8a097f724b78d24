package dev.querent.experiment;

import dev.querent.file.AtomicFile;
import dev.querent.file.FileTree;
import dev.querent.weights.FileHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The finished steps of all runs of a folder, by key. A step that a run needs and another has is linked into its folder: the files are
 * the same on disk, nothing is copied where the file system can do that. A file of a step is never written to once the step is done.
 */
public final class SharedSteps {

    /** Runs that were moved out of the way; their steps are still good. */
    private static final String SET_ASIDE = ".set-aside";

    private static final String UNFINISHED = ".taking-over-";

    private final Path runs;
    private final Map<String, List<Finished>> byKey = new HashMap<>();

    private record Finished(RunDirectory run, String step, StepRecord record) {
        Path folder() {
            return run.step(step);
        }
    }

    /** Looks at all runs, as they are now. */
    public SharedSteps(Path runs) {
        this.runs = runs;
        Stream.of(runs, runs.resolve(SET_ASIDE))
                .flatMap(folder -> FileTree.folders(folder).stream())
                .forEach(this::add);
    }

    private void add(Path folder) {
        RunDirectory run = new RunDirectory(folder);
        for (String step : run.steps()) {
            StepRecord.read(run.step(step))
                    .ifPresent(record -> byKey.computeIfAbsent(record.key(), key -> new ArrayList<>())
                            .add(new Finished(run, step, record)));
        }
    }

    /** The keys of all finished steps. */
    public Set<String> keys() {
        return Set.copyOf(byKey.keySet());
    }

    /**
     * Puts a finished step of this key into a run that has not begun it. It is there whole or not at all, and only if every file still has
     * the checksum that it had when the step ended.
     *
     * @return whether there was one
     */
    public boolean takeOver(String key, RunDirectory to, String step) {
        Path target = to.step(step);
        if (Files.exists(target)) {
            return false;
        }
        for (Finished finished : byKey.getOrDefault(key, List.of())) {
            Path unfinished = target.resolveSibling(UNFINISHED + step);
            try {
                FileTree.delete(unfinished);
                if (isWhole(finished, unfinished)) {
                    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
                    return true;
                }
                FileTree.delete(unfinished);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot take " + finished.folder() + " over to " + target, e);
            }
        }
        return false;
    }

    private static boolean isWhole(Finished finished, Path to) throws IOException {
        Files.createDirectories(to);
        for (Map.Entry<String, String> entry : finished.record().files().entrySet()) {
            Path file = to.resolve(entry.getKey()).normalize();
            Path source = finished.folder().resolve(entry.getKey());
            if (!file.startsWith(to) || !Files.isRegularFile(source)) {
                return false;
            }
            Files.createDirectories(file.getParent());
            link(source, file);
            if (!FileHash.sha256(file).equals(entry.getValue())) {
                return false;
            }
        }
        finished.record().write(to);
        AtomicFile.write(to.resolve("done"), "");
        return true;
    }

    private static void link(Path source, Path file) throws IOException {
        try {
            Files.createLink(file, source);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.copy(source, file);
        }
    }

    /**
     * Moves a run out of the way; what it has computed can still be taken over.
     *
     * @return where it is now
     */
    public static Path setAside(RunDirectory run) {
        Path folder = run.root().resolveSibling(SET_ASIDE);
        try {
            Files.createDirectories(folder);
            int number = 1;
            while (Files.exists(folder.resolve(run.name() + "-" + number))) {
                number++;
            }
            return Files.move(run.root(), folder.resolve(run.name() + "-" + number), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot move " + run.root() + " to " + folder, e);
        }
    }

    /** Runs that were moved out of the way. */
    public List<Path> asideRuns() {
        return FileTree.folders(runs.resolve(SET_ASIDE));
    }

    /** What a process that died while it took a step over has left in a run. */
    public static List<Path> halfTaken(RunDirectory run) {
        return FileTree.folders(run.root().resolve("steps")).stream()
                .filter(folder -> String.valueOf(folder.getFileName()).startsWith(UNFINISHED))
                .toList();
    }
}
