package dev.querent.training;

import ai.djl.ndarray.NDArray;
import dev.querent.file.FileTree;
import dev.querent.weights.FileHash;
import dev.querent.weights.SafetensorsReader;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The checkpoints of one step, {@code checkpoints/step-00000500/}: {@code state.safetensors} and {@code state.json} with its
 * checksum. Each is written to a temporary folder, synced, then renamed, so a half-written one is never picked up; a
 * damaged one is reported and the one before it is used.
 */
public final class CheckpointStore {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
    private static final String TENSORS = "state.safetensors";
    private static final String STATE = "state.json";
    private static final String PREFIX = "step-";
    private static final String UNFINISHED = "unfinished-";

    private static final String BEST = "best-step";

    private final Path folder;
    private final int kept;
    private final int keptBest;

    /**
     * @param kept the newest checkpoints that {@link #save} leaves
     * @param keptBest those of the lowest loss that it leaves besides
     */
    public CheckpointStore(Path folder, int kept, int keptBest) {
        this.folder = folder;
        this.kept = kept;
        this.keptBest = keptBest;
    }

    /** A checkpoint whose checksum was right when it was found. */
    public record Checkpoint(long step, Path folder) {
        public SafetensorsReader open() {
            return new SafetensorsReader(folder.resolve(TENSORS));
        }

        /** What {@code state.json} says beside the checksum. */
        JsonNode state() {
            return CheckpointStore.state(folder);
        }
    }

    /**
     * Where training stands.
     *
     * @param step optimiser steps done; order of the data and learning rate are functions of it
     * @param samples seen
     * @param learningRate of the last step
     * @param metrics {@link SectionMetrics#json}
     * @param regular whether the checkpoint may be one of the best: a stop's metrics are of fewer steps
     */
    record Position(long step, long samples, double learningRate, ObjectNode metrics, boolean regular) {

        private ObjectNode json() {
            ObjectNode node = JsonMapper.shared().createObjectNode();
            node.put("step", step);
            node.put("samples", samples);
            node.put("learning-rate", learningRate);
            node.put("regular", regular);
            node.set("metrics", metrics);
            return node;
        }
    }

    /** Saves the state at a position, and deletes all but the newest and the best. */
    void save(Position position, Map<String, NDArray> tensors) {
        Path target = path(position.step());
        if (Files.exists(target)) {
            return; // a stop right after a checkpoint: the same step has the same bits
        }
        try {
            Files.createDirectories(folder);
            Path unfinished = folder.resolve(UNFINISHED + target.getFileName());
            FileTree.delete(unfinished);
            Files.createDirectory(unfinished);
            Path file = unfinished.resolve(TENSORS);
            SafetensorsWriter.write(file, tensors, Map.of());
            ObjectNode state = position.json();
            bestAfter(position).ifPresent(step -> state.put(BEST, step));
            state.put("sha256", FileHash.sha256(file));
            Files.writeString(unfinished.resolve(STATE), state.toString());
            sync(unfinished.resolve(STATE));
            sync(unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            sync(folder);
            prune();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write the checkpoint " + target
                            + " (later, the same command goes on from the one before it)",
                    e);
        }
    }

    private Path path(long step) {
        return folder.resolve(String.format(Locale.ROOT, PREFIX + "%08d", step));
    }

    /** The step of the best checkpoint, the one that is about to be saved included; empty where none is kept for that. */
    private Optional<Long> bestAfter(Position position) {
        if (keptBest == 0) {
            return Optional.empty();
        }
        Map<Long, Double> losses = new HashMap<>(losses());
        if (position.regular()) {
            SectionMetrics.loss(position.metrics()).ifPresent(loss -> losses.put(position.step(), loss));
        }
        return bestFirst(losses).findFirst();
    }

    /** The mean losses of the regular checkpoints that are there, by step. */
    private Map<Long, Double> losses() {
        Map<Long, Double> losses = new HashMap<>();
        for (Path checkpoint : newestFirst()) {
            JsonNode state = state(checkpoint);
            if (state.path("regular").asBoolean(false)) {
                SectionMetrics.loss(state.path("metrics")).ifPresent(loss -> losses.put(step(checkpoint), loss));
            }
        }
        return losses;
    }

    /** Of equal losses the later one is better. */
    private static Stream<Long> bestFirst(Map<Long, Double> losses) {
        return losses.keySet().stream()
                .sorted(Comparator.<Long, Double>comparing(losses::get).thenComparing(Comparator.reverseOrder()));
    }

    /**
     * The checkpoint that the newest one names as the best so far.
     *
     * @return empty where none is kept for its loss
     */
    public static Optional<Path> best(Path folder) {
        CheckpointStore store = new CheckpointStore(folder, 1, 1);
        return newest(folder)
                .map(newest -> state(newest).path(BEST))
                .filter(JsonNode::isNumber)
                .map(step -> store.path(step.asLong(0)))
                .filter(Files::isDirectory);
    }

    /** The newest checkpoint of a folder, whole or not; empty where there is none. */
    public static Optional<Path> newest(Path folder) {
        return new CheckpointStore(folder, 1, 0).newestFirst().stream().findFirst();
    }

    /** The newest checkpoint that is whole. */
    public Optional<Checkpoint> latest() {
        for (Path candidate : newestFirst()) {
            Optional<String> damage = damage(candidate);
            if (damage.isEmpty()) {
                return Optional.of(new Checkpoint(step(candidate), candidate));
            }
            LOG.warn("checkpoint {} is damaged ({}); using the one before it", candidate, damage.get());
            FileTree.delete(candidate); // else the same step could not be saved again
        }
        return Optional.empty();
    }

    private static Optional<String> damage(Path candidate) {
        try {
            JsonNode state = JsonMapper.shared().readTree(Files.readString(candidate.resolve(STATE)));
            boolean same = state.path("sha256").asString("").equals(FileHash.sha256(candidate.resolve(TENSORS)));
            return same ? Optional.empty() : Optional.of(TENSORS + " differs from its checksum");
        } catch (IOException e) {
            return Optional.of("cannot read " + e.getMessage());
        } catch (JacksonException e) {
            return Optional.of(STATE + " is not JSON");
        }
    }

    /** Empty where it can't be read: such a checkpoint is damaged, and {@link #latest} says so. */
    private static JsonNode state(Path checkpoint) {
        try {
            return JsonMapper.shared().readTree(Files.readString(checkpoint.resolve(STATE)));
        } catch (IOException | JacksonException e) {
            return JsonMapper.shared().createObjectNode();
        }
    }

    private List<Path> newestFirst() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(path -> path.getFileName().toString().matches(PREFIX + "\\d{8,18}"))
                    .sorted(Comparator.comparingLong(CheckpointStore::step).reversed())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    /** The optimiser steps that a checkpoint was made after, as its folder is called. */
    public static long step(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring(PREFIX.length()));
    }

    private void prune() {
        Set<Long> best = bestFirst(losses()).limit(keptBest).collect(Collectors.toSet());
        newestFirst().stream()
                .skip(kept)
                .filter(checkpoint -> !best.contains(step(checkpoint)))
                .forEach(FileTree::delete);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
