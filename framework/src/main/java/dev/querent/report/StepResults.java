package dev.querent.report;

import dev.querent.file.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a step found out: {@code results.json}, a flat object of numbers by name (shares from 0 to 1, seconds, counts) with
 * {@code title}, {@code tables}, {@code notes} and {@code pictures} for readers beside them; and {@code predictions.jsonl}. Both
 * are written whole or not at all, results last, so a folder with results is a finished one.
 *
 * @param numbers finite, in the order in which they were found
 */
public record StepResults(
        String title,
        Map<String, Double> numbers,
        List<ResultTable> tables,
        List<String> notes,
        List<ResultPicture> pictures) {

    static final String RESULTS = "results.json";
    static final String PREDICTIONS = "predictions.jsonl";
    private static final String SCORE = "score";
    private static final String CORRECT = "correct";

    public StepResults {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
        pictures = List.copyOf(pictures);
    }

    /** Without pictures of its own. */
    public StepResults(String title, Map<String, Double> numbers, List<ResultTable> tables, List<String> notes) {
        this(title, numbers, tables, notes, List.of());
    }

    /** Writes both files into a step's folder. A number that is not finite is left out. */
    public void write(Path folder, List<Prediction> predictions) {
        StringBuilder lines = new StringBuilder();
        for (Prediction prediction : predictions) {
            lines.append(JsonMapper.shared().writeValueAsString(prediction)).append('\n');
        }
        AtomicFile.write(folder.resolve(PREDICTIONS), lines.toString());
        AtomicFile.write(
                folder.resolve(RESULTS),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(asJson()) + "\n");
    }

    /** The content of {@code results.json}. */
    ObjectNode asJson() {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("title", title);
        numbers.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                node.put(name, value);
            }
        });
        ArrayNode notesNode = node.putArray("notes");
        notes.forEach(notesNode::add);
        ArrayNode tablesNode = node.putArray("tables");
        tables.forEach(table -> tablesNode.add(JsonMapper.shared().<JsonNode>valueToTree(table)));
        if (!pictures.isEmpty()) {
            ArrayNode picturesNode = node.putArray("pictures");
            pictures.forEach(picture -> picturesNode.add(JsonMapper.shared().<JsonNode>valueToTree(picture)));
        }
        return node;
    }

    /** Reads a step's results; empty where it has none yet. */
    public static Optional<StepResults> read(Path folder) {
        Path file = folder.resolve(RESULTS);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(Files.readString(file), String.valueOf(folder.getFileName())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    file + " does not hold a step's results: run the step again (" + e.getMessage() + ")", e);
        }
    }

    /**
     * @param json the content of {@code results.json}
     * @param step its title where it has none
     * @throws RuntimeException where it is something else
     */
    static StepResults parse(String json, String step) {
        JsonNode node = JsonMapper.shared().readTree(json);
        refuseOthers(node);
        Map<String, Double> numbers = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            double value = entry.getValue().isNumber() ? entry.getValue().asDouble(Double.NaN) : Double.NaN;
            if (Double.isFinite(value)) {
                numbers.put(entry.getKey(), value);
            }
        });
        List<String> notes = new ArrayList<>();
        node.path("notes").forEach(note -> notes.add(note.asString("")));
        return new StepResults(
                node.path("title").asString(step),
                numbers,
                all(node.path("tables"), ResultTable.class),
                notes,
                all(node.path("pictures"), ResultPicture.class));
    }

    private static void refuseOthers(JsonNode node) {
        if (!node.isObject()) {
            throw new IllegalArgumentException("expected a JSON object");
        }
    }

    private static <T> List<T> all(JsonNode nodes, Class<T> type) {
        List<T> values = new ArrayList<>();
        for (JsonNode node : nodes) {
            refuseOthers(node);
            values.add(JsonMapper.shared().treeToValue(node, type));
        }
        return values;
    }

    /** Reads a step's predictions; none where it made none. */
    public static List<Prediction> predictions(Path folder) {
        Path file = folder.resolve(PREDICTIONS);
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Prediction> predictions = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                predictions.add(prediction(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    file + ", line " + (predictions.size() + 1) + ", holds no prediction: run the step again", e);
        }
        return predictions;
    }

    /**
     * A line of {@code predictions.jsonl}; of a run from before there were scores, scored as right or wrong.
     *
     * @throws RuntimeException where it is something else
     */
    static Prediction prediction(String line) {
        JsonNode node = JsonMapper.shared().readTree(line);
        refuseOthers(node);
        if (node instanceof ObjectNode object && !object.has(SCORE)) {
            object.put(SCORE, object.path(CORRECT).asBoolean(false) ? 1 : 0);
        }
        return JsonMapper.shared().treeToValue(node, Prediction.class);
    }
}
