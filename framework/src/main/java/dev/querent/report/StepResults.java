package dev.querent.report;

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
 * {@code title}, {@code tables} and {@code notes} for readers beside them; and {@code predictions.jsonl}. Both are written
 * whole or not at all, results last, so a folder with results is a finished one.
 *
 * @param numbers finite, in the order in which they were found
 */
public record StepResults(String title, Map<String, Double> numbers, List<ResultTable> tables, List<String> notes) {

    private static final String RESULTS = "results.json";
    private static final String PREDICTIONS = "predictions.jsonl";

    public StepResults {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
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
        return node;
    }

    /** Reads a step's results; empty where it has none yet. */
    public static Optional<StepResults> read(Path folder) {
        Path file = folder.resolve(RESULTS);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode node = JsonMapper.shared().readTree(Files.readString(file));
            Map<String, Double> numbers = new LinkedHashMap<>();
            node.properties().forEach(entry -> {
                if (entry.getValue().isNumber()) {
                    numbers.put(entry.getKey(), entry.getValue().asDouble());
                }
            });
            List<ResultTable> tables = new ArrayList<>();
            for (JsonNode table : node.path("tables")) {
                tables.add(JsonMapper.shared().treeToValue(table, ResultTable.class));
            }
            List<String> notes = new ArrayList<>();
            node.path("notes").forEach(note -> notes.add(note.asString()));
            return Optional.of(new StepResults(
                    node.path("title").asString(folder.getFileName().toString()), numbers, tables, notes));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (JacksonException e) {
            throw new IllegalStateException(
                    file + " does not hold a step's results: run the step again (" + e.getOriginalMessage() + ")", e);
        }
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
                predictions.add(JsonMapper.shared().readValue(line, Prediction.class));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (JacksonException e) {
            throw new IllegalStateException(
                    file + ", line " + (predictions.size() + 1) + ", holds no prediction: run the step again", e);
        }
        return predictions;
    }
}
