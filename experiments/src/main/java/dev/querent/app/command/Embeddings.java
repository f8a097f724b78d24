package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import dev.querent.weights.FileHash;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Embeddings of images and texts, with what they are of. */
final class Embeddings {

    /** An image file, its SHA-256 and its embeddings (Q, E). */
    private record Image(String name, String hash, float[][] embeddings) {}

    private record Text(String text, float[] embedding) {}

    private final String model;
    private final List<Image> images = new ArrayList<>();
    private final List<Text> texts = new ArrayList<>();

    /**
     * @param model what made them, for the file's metadata
     */
    Embeddings(String model) {
        this.model = model;
    }

    /**
     * @param embeddings (Q, E) a file
     */
    void addImages(List<Path> files, List<float[][]> embeddings) {
        for (int i = 0; i < files.size(); i++) {
            try {
                images.add(new Image(files.get(i).toString(), FileHash.sha256(files.get(i)), embeddings.get(i)));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + files.get(i), e);
            }
        }
    }

    /**
     * @param embedding (E)
     */
    void addText(String text, float[] embedding) {
        texts.add(new Text(text, embedding));
    }

    /** One object a line: images with {@code image}, {@code sha256}, {@code embeddings}, then texts with {@code text}, {@code embedding}. */
    String jsonLines() {
        StringBuilder lines = new StringBuilder();
        for (Image image : images) {
            ObjectNode line = named(image);
            ArrayNode rows = line.putArray("embeddings");
            for (float[] row : image.embeddings()) {
                put(row, rows.addArray());
            }
            lines.append(line).append('\n');
        }
        for (Text text : texts) {
            ObjectNode line = JsonMapper.shared().createObjectNode().put("text", text.text());
            put(text.embedding(), line.putArray("embedding"));
            lines.append(line).append('\n');
        }
        return lines.toString();
    }

    private static ObjectNode named(Image image) {
        return JsonMapper.shared().createObjectNode().put("image", image.name()).put("sha256", image.hash());
    }

    private static void put(float[] values, ArrayNode array) {
        for (float value : values) {
            array.add(value);
        }
    }

    /**
     * Writes tensors {@code images} (M, Q, E) and {@code texts} (K, E), as far as there are any, whole or not at all. The
     * metadata name the model and, as JSON lists in the order of the rows, images and texts.
     */
    void writeSafetensors(Path file) {
        Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
        try (NDManager manager = Torch.newManager()) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(unfinished);
            SafetensorsWriter.write(unfinished, tensors(manager), metadata());
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private Map<String, NDArray> tensors(NDManager manager) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        if (!images.isEmpty()) {
            List<float[]> rows = images.stream()
                    .flatMap(image -> List.of(image.embeddings()).stream())
                    .toList();
            int queries = images.get(0).embeddings().length;
            int size = rows.get(0).length;
            tensors.put("images", Torch.tensor(manager, flat(rows), images.size(), queries, size));
        }
        if (!texts.isEmpty()) {
            List<float[]> rows = texts.stream().map(Text::embedding).toList();
            tensors.put("texts", Torch.tensor(manager, flat(rows), rows.size(), rows.get(0).length));
        }
        return tensors;
    }

    private static FloatBuffer flat(List<float[]> rows) {
        FloatBuffer values = FloatBuffer.allocate(rows.size() * rows.get(0).length);
        rows.forEach(values::put);
        return values.flip();
    }

    private Map<String, String> metadata() {
        ArrayNode imageList = JsonMapper.shared().createArrayNode();
        images.forEach(image -> imageList.add(named(image)));
        ArrayNode textList = JsonMapper.shared().createArrayNode();
        texts.forEach(text -> textList.add(text.text()));
        return new TreeMap<>(Map.of("model", model, "images", imageList.toString(), "texts", textList.toString()));
    }
}
