package dev.querent.training;

import ai.djl.ndarray.NDArray;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

    private final Path folder;
    private final int kept;

    /** @param kept the newest checkpoints that {@link #save} leaves */
    public CheckpointStore(Path folder, int kept) {
        this.folder = folder;
        this.kept = kept;
    }

    /** A checkpoint whose checksum was right when it was found. */
    public record Checkpoint(long step, Path folder) {
        public SafetensorsReader open() {
            return new SafetensorsReader(folder.resolve(TENSORS));
        }
    }

    /**
     * Saves the state after a number of steps, and deletes all but the newest.
     *
     * @param step optimiser steps done
     */
    public void save(long step, Map<String, NDArray> tensors) {
        Path target = folder.resolve(String.format(Locale.ROOT, PREFIX + "%08d", step));
        if (Files.exists(target)) {
            return; // a stop right after a checkpoint: the same step has the same bits
        }
        try {
            Files.createDirectories(folder);
            Path unfinished = folder.resolve(UNFINISHED + target.getFileName());
            deleteTree(unfinished);
            Files.createDirectory(unfinished);
            Path file = unfinished.resolve(TENSORS);
            SafetensorsWriter.write(file, tensors, Map.of());
            ObjectNode state = JsonMapper.shared().createObjectNode();
            state.put("step", step);
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

    /** The newest checkpoint that is whole. */
    public Optional<Checkpoint> latest() {
        for (Path candidate : newestFirst()) {
            Optional<String> damage = damage(candidate);
            if (damage.isEmpty()) {
                return Optional.of(new Checkpoint(step(candidate), candidate));
            }
            LOG.warn("checkpoint {} is damaged ({}); using the one before it", candidate, damage.get());
            deleteTree(candidate); // else the same step could not be saved again
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

    private static long step(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring(PREFIX.length()));
    }

    private void prune() {
        newestFirst().stream().skip(kept).forEach(CheckpointStore::deleteTree);
    }

    private static void deleteTree(Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + root, e);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
