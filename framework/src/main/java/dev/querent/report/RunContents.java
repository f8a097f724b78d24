package dev.querent.report;

import dev.querent.config.ConfigNode;
import dev.querent.config.YamlException;
import dev.querent.config.YamlReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What lies in a run folder, as far as it is there.
 *
 * @param name of the run
 * @param settings {@code resolved.yaml}; empty where there is none
 * @param provenance its scalar values by path, e.g. {@code seed}
 * @param steps in the experiment's order
 */
record RunContents(String name, String settings, Map<String, String> provenance, List<Step> steps) {

    /**
     * What one step left behind.
     *
     * @param results empty where it has none yet
     * @param problem a sentence on what can't be read; empty if all can
     * @param metrics a map a logged step
     */
    record Step(
            String name,
            Path folder,
            Optional<StepResults> results,
            List<Prediction> predictions,
            List<Map<String, Double>> metrics,
            String problem) {

        /** A prediction's picture, where it has one inside the step's folder. */
        Optional<Path> picture(Prediction prediction) {
            if (prediction.picture().isEmpty()) {
                return Optional.empty();
            }
            Path file = folder.resolve(prediction.picture()).normalize();
            return file.startsWith(folder.normalize()) && Files.isRegularFile(file)
                    ? Optional.of(file)
                    : Optional.empty();
        }

        /** The names of logged losses, the total first: everything logged but counters, rates and times. */
        Set<String> losses() {
            Set<String> names = new LinkedHashSet<>();
            if (metrics.stream().anyMatch(line -> line.containsKey("loss"))) {
                names.add("loss");
            }
            metrics.stream().map(Map::keySet).flatMap(Collection::stream).forEach(names::add);
            names.removeAll(NOT_LOSSES);
            return names;
        }
    }

    private static final Set<String> NOT_LOSSES = Set.of(
            "step",
            "learning-rate",
            "samples-per-second",
            "seconds",
            "gradient-norm",
            "temperature",
            "resident-mebibytes");

    static RunContents read(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        String settings = text(absolute.resolve("resolved.yaml"));
        List<Step> steps = new ArrayList<>();
        for (String step : stepNames(settings, absolute.resolve("steps"))) {
            steps.add(step(step, absolute.resolve("steps").resolve(step)));
        }
        return new RunContents(
                String.valueOf(absolute.getFileName()),
                settings,
                provenance(text(absolute.resolve("provenance.json"))),
                steps);
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** The folders that are there, in the experiment's order, then any others by name. */
    private static List<String> stepNames(String settings, Path steps) {
        List<String> present = new ArrayList<>();
        if (Files.isDirectory(steps)) {
            try (Stream<Path> folders = Files.list(steps)) {
                folders.filter(Files::isDirectory)
                        .map(path -> path.getFileName().toString())
                        .sorted()
                        .forEach(present::add);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + steps, e);
            }
        }
        Set<String> ordered = new LinkedHashSet<>(ordered(settings));
        ordered.retainAll(Set.copyOf(present));
        ordered.addAll(present);
        return List.copyOf(ordered);
    }

    private static Collection<String> ordered(String settings) {
        try {
            return !settings.isBlank()
                            && YamlReader.document(settings, "resolved.yaml")
                                            .entries()
                                            .get("steps")
                                    instanceof ConfigNode.Mapping steps
                    ? steps.entries().keySet()
                    : List.of();
        } catch (YamlException e) {
            return List.of(); // the report then lists the steps by name
        }
    }

    private static Step step(String name, Path folder) {
        Optional<StepResults> results = Optional.empty();
        List<Prediction> predictions = List.of();
        String problem = "";
        try {
            results = StepResults.read(folder);
            predictions = StepResults.predictions(folder);
        } catch (IllegalStateException e) {
            problem = String.valueOf(e.getMessage());
        }
        return new Step(name, folder, results, predictions, metrics(folder.resolve("metrics.jsonl")), problem);
    }

    /** A last line that a kill cut short is left out. */
    private static List<Map<String, Double>> metrics(Path file) {
        List<Map<String, Double>> lines = new ArrayList<>();
        for (String line : text(file).lines().toList()) {
            try {
                Map<String, Double> values = new LinkedHashMap<>();
                JsonMapper.shared().readTree(line).properties().forEach(entry -> {
                    if (entry.getValue().isNumber()) {
                        values.put(entry.getKey(), entry.getValue().asDouble());
                    }
                });
                if (values.containsKey("step")) {
                    lines.add(values);
                }
            } catch (JacksonException e) {
                break;
            }
        }
        return lines;
    }

    private static Map<String, String> provenance(String json) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            if (!json.isBlank()) {
                flatten("", JsonMapper.shared().readTree(json), values);
            }
        } catch (JacksonException e) {
            values.put("provenance.json", "cannot be read");
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
            values.put(path, node.asString());
        }
    }
}
