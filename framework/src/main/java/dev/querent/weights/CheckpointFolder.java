package dev.querent.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The weights of a checkpoint folder in any of the layouts that are published. */
public final class CheckpointFolder {

    private static final String INDEX = ".index.json";
    private static final long MOST_INDEX_BYTES = 64L << 20;

    /** In the order in which {@code transformers} looks for them. */
    private static final List<String> NAMES = List.of("model.safetensors", "pytorch_model.bin");

    private CheckpointFolder() {}

    /**
     * Opens {@code model.safetensors}, {@code pytorch_model.bin}, the shards of either, or the only {@code .pth} file.
     *
     * @param folder with the weights, or a weight file itself
     * @throws DamagedFileException where a file is not what it should be
     * @throws IllegalArgumentException where there are no weights
     */
    public static WeightSource open(Path folder) {
        if (Files.isRegularFile(folder)) {
            return file(folder);
        }
        for (String name : NAMES) {
            Path single = folder.resolve(name);
            if (Files.exists(single)) {
                return file(single);
            }
            Path index = folder.resolve(name + INDEX);
            if (Files.exists(index)) {
                return shards(index);
            }
        }
        List<Path> pth = withEnding(folder, ".pth");
        if (pth.size() == 1) {
            return file(pth.get(0));
        }
        throw new IllegalArgumentException("no weights in " + folder + ": expected one of " + String.join(", ", NAMES)
                + ", an index of their shards (" + NAMES.get(0) + INDEX + "), or one file *.pth"
                + (pth.isEmpty() ? "" : "; found " + pth.size() + " files *.pth"));
    }

    private static List<Path> withEnding(Path folder, String ending) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static WeightSource file(Path file) {
        return file.toString().endsWith(".safetensors") ? new SafetensorsReader(file) : new PytorchReader(file);
    }

    private static WeightSource shards(Path index) {
        Map<String, WeightSource> opened = new LinkedHashMap<>();
        Map<String, WeightSource> owners = new LinkedHashMap<>();
        try {
            weightMap(index).properties().forEach(entry -> {
                String shard = entry.getValue().asString("");
                WeightSource source = opened.computeIfAbsent(shard, name -> file(beside(index, name)));
                if (source.shape(entry.getKey()).isEmpty()) {
                    throw new DamagedFileException(index, "it says that " + shard + " holds " + entry.getKey());
                }
                owners.put(entry.getKey(), source);
            });
            return new Shards(index, List.copyOf(opened.values()), owners);
        } catch (RuntimeException e) {
            opened.values().forEach(WeightSource::close);
            throw e;
        }
    }

    private static JsonNode weightMap(Path index) {
        try {
            if (Files.size(index) > MOST_INDEX_BYTES) {
                throw new DamagedFileException(index, "it has more than " + MOST_INDEX_BYTES + " bytes");
            }
            JsonNode map = JsonMapper.shared().readTree(Files.readString(index)).path("weight_map");
            if (!map.isObject()) {
                throw new DamagedFileException(index, "it has no object weight_map");
            }
            return map;
        } catch (JacksonException e) {
            throw new DamagedFileException(index, "it is not JSON");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + index, e);
        }
    }

    private static Path beside(Path index, String name) {
        Path shard = index.resolveSibling(name);
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || !Files.isRegularFile(shard)) {
            throw new DamagedFileException(index, "it names the shard \"" + name + "\", which is not beside it");
        }
        return shard;
    }
}
