package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import dev.querent.file.AtomicFile;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The weight files of a checkpoint: {@code model.safetensors}, or shards with an index where it would be too large. */
final class WeightShards {

    private static final Map<String, String> METADATA = Map.of("format", "pt"); // transformers refuses files without it

    private final List<Map<String, NDArray>> shards = new ArrayList<>();
    private long totalBytes;

    /**
     * @param mostBytes of a file; a tensor that is larger has a file of its own
     */
    WeightShards(Map<String, NDArray> tensors, long mostBytes) {
        long bytes = 0;
        for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
            long size = tensor.getValue().size() * Float.BYTES;
            if (shards.isEmpty() || bytes + size > mostBytes) {
                shards.add(new LinkedHashMap<>());
                bytes = 0;
            }
            shards.get(shards.size() - 1).put(tensor.getKey(), tensor.getValue());
            bytes += size;
            totalBytes += size;
        }
    }

    void write(Path folder) throws IOException {
        if (shards.size() == 1) {
            SafetensorsWriter.write(folder.resolve("model.safetensors"), shards.get(0), METADATA);
            return;
        }
        ObjectNode index = JsonMapper.shared().createObjectNode();
        index.putObject("metadata").put("total_size", totalBytes);
        ObjectNode owners = index.putObject("weight_map");
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            SafetensorsWriter.write(folder.resolve(name), shards.get(i), METADATA);
            shards.get(i).keySet().forEach(tensor -> owners.put(tensor, name));
        }
        AtomicFile.write(folder.resolve("model.safetensors.index.json"), index + "\n");
    }
}
