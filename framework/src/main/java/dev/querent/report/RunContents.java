package dev.querent.report;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.YamlException;
import dev.querent.config.YamlReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What lies in a run folder, as far as it is there and can be read.
 *
 * @param name of the run
 * @param settings {@code resolved.yaml}; empty where there is none
 * @param tree the same; empty where it can't be read
 * @param provenance its scalar values by path, e.g. {@code seed}
 * @param steps in the experiment's order
 * @param unfinished the experiment's steps that are not done
 * @param problems sentences on what can't be read
 */
record RunContents(
        RunFiles files,
        String name,
        String settings,
        Optional<Mapping> tree,
        Map<String, String> provenance,
        List<Step> steps,
        List<String> unfinished,
        List<String> problems) {

    private static final int MOST_STEPS = 100;

    /**
     * What one step left behind.
     *
     * @param results empty where it has none yet
     * @param problems sentences on what can't be read
     */
    record Step(
            String name,
            Optional<StepResults> results,
            StepPredictions predictions,
            StepMetrics metrics,
            List<String> problems) {

        /** The path of one of its files within the run. */
        String path(String file) {
            return path(name, file);
        }

        static String path(String step, String file) {
            return "steps/" + step + "/" + file;
        }

        private static Step read(RunFiles files, String name) {
            List<String> problems = new ArrayList<>();
            Optional<StepResults> results = orElse(Optional.empty(), problems, () -> results(files, name));
            StepPredictions predictions = orElse(
                    StepPredictions.NONE,
                    problems,
                    () -> StepPredictions.read(files, path(name, StepResults.PREDICTIONS)));
            StepMetrics metrics =
                    orElse(new StepMetrics(), problems, () -> StepMetrics.read(files, path(name, "metrics.jsonl")));
            predictions.problem().ifPresent(problems::add);
            metrics.problem().ifPresent(problems::add);
            return new Step(name, results, predictions, metrics, problems);
        }

        /** Its results; empty where it has none yet. */
        static Optional<StepResults> results(RunFiles files, String name) {
            String path = path(name, StepResults.RESULTS);
            String json = files.text(path);
            try {
                return files.has(path) ? Optional.of(StepResults.parse(json, name)) : Optional.empty();
            } catch (JacksonException | IllegalArgumentException e) {
                throw new UnreadableException(path + " does not hold a step's results: run the step again");
            }
        }
    }

    static RunContents read(Path folder) {
        RunFiles files = new RunFiles(folder);
        List<String> problems = new ArrayList<>();
        String settings = orElse("", problems, () -> files.text("resolved.yaml"));
        Optional<Mapping> tree = orElse(Optional.empty(), problems, () -> tree(settings));
        Set<String> ordered = tree.map(RunContents::stepsOf).orElse(Set.of());
        List<Step> steps = new ArrayList<>();
        List<String> names = orElse(List.of(), problems, () -> present(ordered, files.folders("steps")));
        if (names.size() > MOST_STEPS) {
            problems.add("the run has " + names.size() + " steps; the first " + MOST_STEPS + " are shown");
        }
        for (String name : names.subList(0, Math.min(MOST_STEPS, names.size()))) {
            steps.add(Step.read(files, name));
        }
        return new RunContents(
                files,
                String.valueOf(files.root().getFileName()),
                settings,
                tree,
                orElse(Map.of(), problems, () -> provenance(files.text("provenance.json"))),
                steps,
                ordered.stream()
                        .filter(name -> !files.has("steps/" + name + "/done"))
                        .toList(),
                problems);
    }

    /** What is read, or where it can't be something else and a problem. */
    static <T> T orElse(T otherwise, List<String> problems, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (UnreadableException e) {
            problems.add(e.sentence());
            return otherwise;
        }
    }

    static Optional<Mapping> tree(String settings) {
        try {
            return settings.isBlank() ? Optional.empty() : Optional.of(YamlReader.document(settings, "resolved.yaml"));
        } catch (YamlException e) {
            throw new UnreadableException("resolved.yaml cannot be read as settings: " + e.getMessage());
        }
    }

    static Set<String> stepsOf(Mapping tree) {
        ConfigNode steps = tree.entries().get("steps");
        return steps instanceof Mapping mapping ? mapping.entries().keySet() : Set.of();
    }

    /** The folders that are there, in the experiment's order, then any others by name. */
    private static List<String> present(Set<String> ordered, List<String> folders) {
        Set<String> names = new LinkedHashSet<>(ordered);
        names.retainAll(Set.copyOf(folders));
        names.addAll(folders);
        return List.copyOf(names);
    }

    /** The step of a name. */
    Optional<Step> step(String step) {
        return steps.stream().filter(each -> each.name().equals(step)).findFirst();
    }

    private static Map<String, String> provenance(String json) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            if (!json.isBlank()) {
                flatten("", JsonMapper.shared().readTree(json), values);
            }
        } catch (JacksonException e) {
            throw new UnreadableException("provenance.json cannot be read as JSON");
        }
        return values;
    }

    private static void flatten(String path, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> flatten(
                            path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), values));
        } else if (node.isArray()) {
            int index = 0;
            for (JsonNode element : node) {
                flatten(path + "." + index++, element, values);
            }
        } else if (!node.isNull()) {
            values.put(path, node.asString(""));
        }
    }
}
