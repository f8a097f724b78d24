package dev.querent.step;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The files of a step's partitions, {@code STEP/parts/00007-of-00040}. One that is there is complete: it was written under a name of
 * its writer's own, synced and renamed, so that writers that don't know of each other do no harm.
 *
 * @param step the step's folder
 * @param count number of partitions
 */
public record PartFiles(Path step, int count) {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration LONGEST_HIDDEN = Duration.ofMinutes(2);

    public PartFiles {
        if (count < 1) {
            throw new IllegalArgumentException("a step needs at least one partition, found " + count);
        }
    }

    private Path folder() {
        return step.resolve("parts");
    }

    /** The file of a partition, which may not be there yet. */
    public Path file(int partition) {
        return folder().resolve(String.format(Locale.ROOT, "%05d-of-%05d", partition, count));
    }

    /** All files, in the order of the partitions. */
    public List<Path> files() {
        return IntStream.range(0, count).mapToObj(this::file).toList();
    }

    /** The partitions that are not done, in order. */
    public List<Integer> missing() {
        return missingBefore(count);
    }

    /** The partitions below {@code end} that are not done, in order. */
    public List<Integer> missingBefore(int end) {
        return IntStream.range(0, end)
                .filter(partition -> !Files.exists(file(partition)))
                .boxed()
                .toList();
    }

    /**
     * Waits for files that another machine has written. They may show late: NFS keeps what it knows of a folder for a minute.
     *
     * @param end all below it are done
     */
    public void awaitBefore(int end) {
        long last = System.nanoTime() + LONGEST_HIDDEN.toNanos();
        List<Integer> missing = missingBefore(end);
        while (!missing.isEmpty()) {
            if (System.nanoTime() > last) {
                throw new IllegalStateException("partition " + missing.get(0) + " is done, but " + file(missing.get(0))
                        + " isn't there: do all workers see the same folder of runs?");
            }
            LockSupport.parkNanos(POLL.toNanos());
            missing = missingBefore(end);
        }
    }

    /** Does a partition, unless its file is there. */
    public void write(int partition, PartitionWork work) {
        Path file = file(partition);
        if (Files.exists(file)) {
            return;
        }
        Path unfinished = file.resolveSibling(file.getFileName() + "-" + UUID.randomUUID() + ".tmp");
        try {
            Files.createDirectories(folder());
            try {
                work.write(partition, unfinished);
                try (FileChannel written = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                    written.force(true);
                }
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Deletes the folder of the files, with what killed writers left in it; for a step that is done. */
    public static void delete(Path step) {
        Path folder = step.resolve("parts");
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
