package dev.querent.experiment;

import dev.querent.file.AtomicFile;
import dev.querent.weights.FileHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code step.json}: what a finished step's result depends on, and what it is.
 *
 * @param key SHA-256 over {@code inputs}: steps of equal keys have equal results
 * @param run the run that computed it; another than the one whose folder it lies in where the step was taken over
 * @param seconds that the process took which finished it
 * @param inputs by dotted key
 * @param files SHA-256 of the step's files, by their path in its folder; without checkpoints
 */
public record StepRecord(
        String key, String run, double seconds, Map<String, String> inputs, Map<String, String> files) {

    private static final String FILE = "step.json";
    private static final String MARK = "done";
    private static final long MOST_BYTES = 64_000_000;

    /** What is of use only while the step is at work; a worker that comes late may still write there. */
    private static final Set<String> PASSING = Set.of("checkpoints", "parts");

    public StepRecord {
        inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
        files = Collections.unmodifiableMap(new TreeMap<>(files));
    }

    /** Of a step that has just ended. */
    public static StepRecord of(String key, String run, double seconds, Map<String, String> inputs, Path folder) {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                if (!PASSING.contains(String.valueOf(entry.getFileName()))) {
                    add(folder, entry, files);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
        return new StepRecord(key, run, seconds, inputs, files);
    }

    private static void add(Path folder, Path entry, Map<String, String> files) throws IOException {
        try (Stream<Path> tree = Files.walk(entry)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (!name.endsWith(".tmp") && !name.equals(FILE) && !name.equals(MARK)) {
                    files.put(name, FileHash.sha256(file));
                }
            }
        }
    }

    /** Writes it into the step's folder. */
    public void write(Path folder) {
        AtomicFile.write(
                folder.resolve(FILE),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
    }

    /** Of a step that is done; empty where it isn't, or has no readable record. */
    public static Optional<StepRecord> read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(folder.resolve(MARK)) || !Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                return Optional.empty();
            }
            return Optional.of(JsonMapper.shared().readValue(Files.readString(file), StepRecord.class));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (JacksonException | NullPointerException e) {
            return Optional.empty();
        }
    }

    /** Whether the step was computed by another run than the one that it lies in. */
    public boolean takenOver(RunDirectory in) {
        return !run.equals(in.name());
    }
}
