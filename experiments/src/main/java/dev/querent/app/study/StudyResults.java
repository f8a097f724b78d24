package dev.querent.app.study;

import dev.querent.config.NearestName;
import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.StepRecord;
import dev.querent.experiment.Study;
import dev.querent.report.StepResults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the finished steps of a study's runs have found out, as far as they are there. */
final class StudyResults {

    private final Study study;
    private final Map<String, Map<Long, Found>> found = new LinkedHashMap<>();

    /** Of one run. */
    private record Found(Map<String, Double> numbers, Map<String, NavigableMap<Long, Double>> losses, Cost cost) {}

    /** Steps of a variant and the time that they took, or would have taken. */
    record Cost(int runs, int computed, int shared, double seconds, double saved) {
        static final Cost NONE = new Cost(0, 0, 0, 0, 0);

        Cost plus(Cost other) {
            return new Cost(
                    runs + other.runs,
                    computed + other.computed,
                    shared + other.shared,
                    seconds + other.seconds,
                    saved + other.saved);
        }
    }

    StudyResults(StudyFolder folder, List<Study.Run> runs) {
        study = folder.study();
        for (Study.Run run : runs) {
            RunDirectory directory = folder.run(run.variant(), run.seed());
            found.computeIfAbsent(run.variant().name(), name -> new LinkedHashMap<>())
                    .put(run.seed(), read(directory, run.experiment().steps().keySet()));
        }
    }

    private static Found read(RunDirectory run, Set<String> steps) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        Map<String, NavigableMap<Long, Double>> losses = new LinkedHashMap<>();
        Cost cost = Cost.NONE;
        boolean finished = true;
        for (String step : steps) {
            Path folder = run.step(step);
            finished &= run.isDone(step);
            if (run.isDone(step)) {
                StepResults.read(folder)
                        .ifPresent(results ->
                                results.numbers().forEach((name, value) -> numbers.put(step + "." + name, value)));
                NavigableMap<Long, Double> loss = losses(folder.resolve("metrics.jsonl"));
                if (!loss.isEmpty()) {
                    losses.put(step, loss);
                }
                cost = cost.plus(StepRecord.read(folder)
                        .map(record -> record.takenOver(run)
                                ? new Cost(0, 0, 1, 0, record.seconds())
                                : new Cost(0, 1, 0, record.seconds(), 0))
                        .orElse(Cost.NONE));
            }
        }
        return new Found(numbers, losses, finished ? cost.plus(new Cost(1, 0, 0, 0, 0)) : cost);
    }

    private static NavigableMap<Long, Double> losses(Path file) {
        NavigableMap<Long, Double> losses = new TreeMap<>();
        if (!Files.exists(file)) {
            return losses;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                JsonNode node = JsonMapper.shared().readTree(line);
                double loss = node.path("loss").asDouble(Double.NaN);
                if (Double.isFinite(loss)) {
                    losses.put(node.path("step").asLong(0), loss);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (JacksonException e) {
            return losses; // a kill cut the last line short
        }
        return losses;
    }

    /** A sentence for each number that the study names and no finished step has. */
    List<String> unknown() {
        Set<String> names = found();
        return study.metrics().stream()
                .filter(metric -> !names.contains(metric))
                .map(metric -> "metrics: no finished step has a number called " + metric + "."
                        + NearestName.question(metric, names))
                .toList();
    }

    /** The numbers to compare, as the study names them or as they were found. */
    List<String> metrics() {
        if (!study.metrics().isEmpty()) {
            return study.metrics();
        }
        return List.copyOf(found());
    }

    private Set<String> found() {
        Set<String> names = new LinkedHashSet<>();
        found.values()
                .forEach(seeds ->
                        seeds.values().forEach(run -> names.addAll(run.numbers().keySet())));
        return names;
    }

    /** A number of a variant by seed, of those runs that have it. */
    Map<Long, Double> values(Study.Variant variant, String metric) {
        Map<Long, Double> values = new LinkedHashMap<>();
        runs(variant)
                .forEach((seed, run) ->
                        Optional.ofNullable(run.numbers().get(metric)).ifPresent(value -> values.put(seed, value)));
        return values;
    }

    /** The differences of a variant's number from those of another's runs with the same seeds. */
    List<Double> differences(Study.Variant variant, String other, String metric) {
        Map<Long, Double> theirs = study.variants().stream()
                .filter(candidate -> candidate.name().equals(other))
                .findFirst()
                .map(candidate -> values(candidate, metric))
                .orElse(Map.of());
        List<Double> differences = new ArrayList<>();
        values(variant, metric)
                .forEach((seed, value) ->
                        Optional.ofNullable(theirs.get(seed)).ifPresent(their -> differences.add(value - their)));
        return differences;
    }

    /** The steps that log a loss. */
    Set<String> trainings() {
        Set<String> steps = new LinkedHashSet<>();
        found.values()
                .forEach(seeds ->
                        seeds.values().forEach(run -> steps.addAll(run.losses().keySet())));
        return steps;
    }

    /** The mean loss of a variant's runs at each logged optimiser step; empty where it has no such step. */
    NavigableMap<Long, Double> curve(Study.Variant variant, String step) {
        NavigableMap<Long, List<Double>> all = new TreeMap<>();
        runs(variant)
                .values()
                .forEach(run -> run.losses()
                        .getOrDefault(step, new TreeMap<>())
                        .forEach((at, loss) -> all.computeIfAbsent(at, same -> new ArrayList<>())
                                .add(loss)));
        NavigableMap<Long, Double> means = new TreeMap<>();
        all.forEach((at, losses) -> means.put(at, new SeedSample(losses).mean()));
        return means;
    }

    Cost cost(Study.Variant variant) {
        return runs(variant).values().stream().map(Found::cost).reduce(Cost.NONE, Cost::plus);
    }

    private Map<Long, Found> runs(Study.Variant variant) {
        return Objects.requireNonNull(found.getOrDefault(variant.name(), Map.of()));
    }
}
