package dev.querent.experiment;

import dev.querent.file.AtomicFile;
import dev.querent.file.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run.
 *
 * <pre>
 *   experiment.yaml  as given          resolved.yaml  every value         provenance.json  versions, seed, machine
 *   vocabulary.txt   words of small models            quarantine.jsonl    samples that could not be used
 *   status.json      how far it has come              lock                held while a process works on it
 *   log.jsonl        what was said of it
 *   schema           its name in a shared job repository
 *   events.out.tfevents.*    for TensorBoard: here the configuration, in steps/STEP/ what was measured
 *   steps/STEP/      metrics.jsonl, checkpoints/, output/ROLE.safetensors, output/captions.jsonl, results.json, step.json, done
 *   report/          tables, curves, pictures
 * </pre>
 *
 * @param root {@code runs/NAME}
 */
public record RunDirectory(Path root) {

    /** The run's name. */
    public String name() {
        return String.valueOf(root.getFileName());
    }

    public Path experiment() {
        return root.resolve("experiment.yaml");
    }

    public Path resolved() {
        return root.resolve("resolved.yaml");
    }

    public Path provenance() {
        return root.resolve("provenance.json");
    }

    public Path vocabulary() {
        return root.resolve("vocabulary.txt");
    }

    public Path quarantine() {
        return root.resolve("quarantine.jsonl");
    }

    public Path status() {
        return root.resolve("status.json");
    }

    public Path stopRequest() {
        return root.resolve("stop");
    }

    public Path report() {
        return root.resolve("report");
    }

    /** The job repository, without H2's file ending. */
    public Path repository() {
        return root.resolve("repository");
    }

    /** Names the run's schema in a job repository that workers share. */
    public Path schema() {
        return root.resolve("schema");
    }

    public Path step(String step) {
        return root.resolve("steps").resolve(step);
    }

    /** The steps that have a folder, by name; none whose name begins with a dot. */
    public List<String> steps() {
        return FileTree.folders(root.resolve("steps")).stream()
                .map(path -> String.valueOf(path.getFileName()))
                .filter(name -> !name.startsWith("."))
                .toList();
    }

    /**
     * A component's weights as a step left them.
     *
     * @param role {@code vision}, {@code bridge} or {@code language}
     */
    public Path output(String step, String role) {
        return step(step).resolve("output").resolve(role + ".safetensors");
    }

    /** The captions that a CapFilt step chose for the training split, as {@code Recaptioned} reads them. */
    public Path captions(String step) {
        return step(step).resolve("output").resolve("captions.jsonl");
    }

    /** Whether the folder holds a run at all. */
    public boolean exists() {
        return Files.isRegularFile(resolved());
    }

    public boolean isDone(String step) {
        return Files.exists(step(step).resolve("done"));
    }

    public void markDone(String step) {
        AtomicFile.write(step(step).resolve("done"), "");
    }

    /** Exclusive right to work on the run; the operating system takes it back when the process dies. */
    public static final class Lock implements AutoCloseable {
        private final FileChannel channel;

        private Lock(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Takes the lock; makes the folder if need be.
     *
     * @return empty where another process holds it
     */
    public Optional<Lock> tryLock() {
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock lock = null;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                // held by this very process: the same answer
            }
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            return Optional.of(new Lock(channel));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lock " + root, e);
        }
    }
}
