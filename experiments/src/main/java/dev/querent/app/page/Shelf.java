package dev.querent.app.page;

import dev.querent.app.study.StudyPlan;
import dev.querent.experiment.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The runs and studies in the folder of runs, by name. What isn't listed can't be had: names are compared, never made into paths. Folders that
 * are links, or that link what tells how they stand, are not listed, so that nothing outside is shown.
 */
record Shelf(Path folder) {

    /** Beyond it a page is of no use. */
    private static final int MOST = 2000;

    /** The runs, by name. */
    List<RunDirectory> runs() {
        return folders(Shelf::isRun).map(RunDirectory::new).toList();
    }

    /** The folders of the studies, by name. */
    List<Path> studies() {
        return folders(entry -> isFile(entry.resolve(StudyPlan.FILE))).toList();
    }

    Optional<RunDirectory> run(String name) {
        return runs().stream().filter(run -> run.name().equals(name)).findFirst();
    }

    Optional<Path> study(String name) {
        return studies().stream()
                .filter(study -> String.valueOf(study.getFileName()).equals(name))
                .findFirst();
    }

    private Stream<Path> folders(Predicate<Path> which) {
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries
                    .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                            && !String.valueOf(entry.getFileName()).startsWith(".")
                            && which.test(entry))
                    .sorted()
                    .limit(MOST)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static boolean isRun(Path entry) {
        RunDirectory run = new RunDirectory(entry);
        Path steps = entry.resolve("steps");
        return isFile(run.resolved())
                && Stream.of(run.status(), entry.resolve("lock")).allMatch(file -> isAbsent(file) || isFile(file))
                && (isAbsent(steps) || Files.isDirectory(steps, LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean isAbsent(Path path) {
        return !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isFile(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }
}
