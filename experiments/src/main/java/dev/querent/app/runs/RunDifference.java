package dev.querent.app.runs;

import dev.querent.config.YamlReader;
import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.StepRecord;
import dev.querent.pipeline.FlatSettings;
import dev.querent.pipeline.StepKeys;
import dev.querent.report.StepResults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What differs between two runs: settings, surroundings (code, machine, weights, data) and results.
 *
 * @param settings by dotted key
 * @param surroundings by what {@code provenance.json} and the steps' records say
 * @param results numbers by {@code STEP.NUMBER}, weights and predictions by file
 */
public record RunDifference(
        Map<String, Change> settings, Map<String, Change> surroundings, Map<String, Change> results) {

    /** What is different in any two runs. */
    private static final Set<String> ALWAYS = Set.of("name", "experiment", "hash", "started");

    private static final String ABSENT = "absent";

    /**
     * A difference.
     *
     * @param size how far apart two numbers or two sets of weights are, in words; empty of anything else
     */
    public record Change(String first, String second, String size) {}

    /** Compares what lies in the folders of two runs. */
    public static RunDifference of(RunDirectory first, RunDirectory second) {
        Map<String, Change> surroundings =
                changes(provenance(first.provenance()), provenance(second.provenance()), ALWAYS);
        Map<String, Change> results = new TreeMap<>();
        for (String step : union(first.steps(), second.steps())) {
            Optional<StepRecord> one = StepRecord.read(first.step(step));
            Optional<StepRecord> other = StepRecord.read(second.step(step));
            changes(surroundings(one), surroundings(other), Set.of())
                    .forEach((key, change) -> surroundings.put(step + ": " + key, change));
            results.putAll(results(step, first, second));
        }
        return new RunDifference(changes(settings(first), settings(second), ALWAYS), surroundings, results);
    }

    /**
     * What a run's results depend on and is not as it was then, e.g. {@code generative: step.version was 1, is 2}.
     *
     * @param now the keys that its steps would have today
     */
    public static List<String> sinceThen(RunDirectory run, Map<String, StepKeys.Key> now) {
        List<String> sentences = new ArrayList<>();
        now.forEach((step, key) -> StepRecord.read(run.step(step))
                .ifPresent(record -> changes(record.inputs(), FlatSettings.of(key.inputs()), Set.of())
                        .forEach((input, change) -> {
                            if (!isOfAnotherStep(input)) {
                                sentences.add(
                                        step + ": " + input + " was " + change.first() + ", is " + change.second());
                            }
                        })));
        return sentences;
    }

    /** The key of a step before, which has inputs of its own. */
    private static boolean isOfAnotherStep(String input) {
        return input.endsWith(".made-by") || input.startsWith("steps.");
    }

    /** Whether both ended with the same bits: weights, predictions and numbers. */
    public boolean isOfEqualResults() {
        return results.isEmpty();
    }

    private static Set<String> union(List<String> one, List<String> other) {
        Set<String> all = new LinkedHashSet<>(one);
        all.addAll(other);
        return all;
    }

    private static Map<String, String> settings(RunDirectory run) {
        return FlatSettings.of(
                YamlReader.document(text(run.resolved()), run.resolved().toString()));
    }

    private static Map<String, String> provenance(Path file) {
        Map<String, String> values = new TreeMap<>();
        if (!Files.exists(file)) {
            return values;
        }
        try {
            flatten("", JsonMapper.shared().readTree(text(file)), values);
        } catch (JacksonException e) {
            values.put("provenance.json", "can't be read");
        }
        return values;
    }

    private static void flatten(String key, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> flatten(
                            key.isEmpty() ? entry.getKey() : key + " " + entry.getKey(), entry.getValue(), values));
        } else {
            values.put(key, node.asString(""));
        }
    }

    /** Of what a step's result depends on, that which settings don't show: versions of code, contents of data and files. */
    private static Map<String, String> surroundings(Optional<StepRecord> record) {
        Map<String, String> inputs = new TreeMap<>();
        record.ifPresent(known -> known.inputs().forEach((key, value) -> {
            if (!key.contains(".settings.") && !isOfAnotherStep(key) && !key.equals("seed") && !key.equals("name")) {
                inputs.put(key, value);
            }
        }));
        return inputs;
    }

    private static Map<String, Change> results(String step, RunDirectory first, RunDirectory second) {
        Map<String, Change> changes = new TreeMap<>();
        Map<String, Double> one = numbers(first.step(step));
        Map<String, Double> other = numbers(second.step(step));
        Set<String> names = new TreeSet<>(one.keySet());
        names.addAll(other.keySet());
        for (String name : names) {
            Double before = one.get(name);
            Double after = other.get(name);
            if (!Objects.equals(before, after)) {
                String size =
                        before == null || after == null ? "" : String.format(Locale.ROOT, "%+.6g", after - before);
                changes.put(step + "." + name, new Change(shown(before), shown(after), size));
            }
        }
        Map<String, String> files = files(first.step(step));
        Map<String, String> others = files(second.step(step));
        changes(files, others, Set.of()).forEach((name, change) -> {
            String size = name.endsWith(".safetensors")
                            && !change.first().equals(ABSENT)
                            && !change.second().equals(ABSENT)
                    ? WeightDifference.of(
                            first.step(step).resolve(name), second.step(step).resolve(name))
                    : "";
            changes.put(step + "/" + name, new Change(change.first(), change.second(), size));
        });
        return changes;
    }

    /** Without what a clock said. */
    private static Map<String, Double> numbers(Path folder) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        StepResults.read(folder)
                .ifPresent(results -> results.numbers().forEach((name, value) -> {
                    if (!name.contains("second")) {
                        numbers.put(name, value);
                    }
                }));
        return numbers;
    }

    /** What a step has computed: trained weights, captions and predictions, by their checksums. */
    private static Map<String, String> files(Path folder) {
        Map<String, String> files = new TreeMap<>();
        StepRecord.read(folder)
                .ifPresent(record -> record.files().forEach((name, hash) -> {
                    if (name.startsWith("output/") || name.equals("predictions.jsonl")) {
                        files.put(name, hash);
                    }
                }));
        return files;
    }

    private static Map<String, Change> changes(
            Map<String, String> one, Map<String, String> other, Set<String> without) {
        Map<String, Change> changes = new TreeMap<>();
        Set<String> keys = new TreeSet<>(one.keySet());
        keys.addAll(other.keySet());
        keys.removeAll(without);
        for (String key : keys) {
            String before = one.getOrDefault(key, ABSENT);
            String after = other.getOrDefault(key, ABSENT);
            if (!before.equals(after)) {
                changes.put(key, new Change(before, after, ""));
            }
        }
        return changes;
    }

    private static String shown(@org.jspecify.annotations.Nullable Double value) {
        return value == null ? ABSENT : value.toString();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Line by line for readers. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        section("settings", settings, lines);
        section("surroundings", surroundings, lines);
        section("results", results, lines);
        return lines;
    }

    private static void section(String title, Map<String, Change> changes, List<String> lines) {
        lines.add(title + (changes.isEmpty() ? ": equal" : ":"));
        changes.forEach((key, change) -> lines.add("  " + key + ": " + change.first() + " -> " + change.second()
                + (change.size().isEmpty() ? "" : " (" + change.size() + ")")));
    }

    /** The same for programs. */
    public ObjectNode json() {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("equal-results", isOfEqualResults());
        section(settings, node.putObject("settings"));
        section(surroundings, node.putObject("surroundings"));
        section(results, node.putObject("results"));
        return node;
    }

    private static void section(Map<String, Change> changes, ObjectNode node) {
        changes.forEach((key, change) -> {
            ObjectNode entry = node.putObject(key);
            entry.put("first", change.first());
            entry.put("second", change.second());
            entry.put("size", change.size());
        });
    }
}
