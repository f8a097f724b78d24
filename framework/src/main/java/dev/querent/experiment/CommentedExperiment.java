package dev.querent.experiment;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.YamlReader;
import dev.querent.data.Dataset;
import dev.querent.plugin.PluginField;
import dev.querent.plugin.PluginRegistry;
import dev.querent.step.PipelineStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An experiment file with what its keys mean behind them, as the plugins say it. */
public final class CommentedExperiment {

    private static final Pattern KEY = Pattern.compile("( *)([a-z0-9-]+):.*");
    private static final int INDENT = 2;

    private final PluginRegistry registry;
    private final Mapping root;

    private CommentedExperiment(PluginRegistry registry, Mapping root) {
        this.registry = registry;
        this.root = root;
    }

    /**
     * Adds the comments.
     *
     * @param yaml an experiment of block maps, a key a line, indented by two
     */
    public static String of(String yaml, PluginRegistry registry) {
        CommentedExperiment commented = new CommentedExperiment(registry, YamlReader.document(yaml, "an experiment"));
        List<String> path = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        yaml.lines().forEach(line -> {
            Matcher matcher = KEY.matcher(line);
            if (matcher.matches()) {
                int depth = matcher.group(1).length() / INDENT;
                path.subList(depth, path.size()).clear();
                path.add(matcher.group(2));
            }
            Optional<String> comment = matcher.matches() ? commented.comment(path) : Optional.empty();
            text.append(comment.map(words -> String.format("%-32s # %s", line, words))
                            .orElse(line))
                    .append('\n');
        });
        return text.toString();
    }

    private Optional<String> comment(List<String> path) {
        if (path.size() == 1) {
            return Stream.concat(
                            PluginField.of(ExperimentHead.class).stream(),
                            PluginField.of(ExperimentLayout.class).stream())
                    .filter(field -> field.key().equals(path.get(0)))
                    .map(PluginField::doc)
                    .findFirst();
        }
        boolean isStep = path.get(0).equals(ExperimentKeys.STEPS);
        int depth = isStep ? 2 : 1;
        if (path.size() == depth) {
            return Optional.empty();
        }
        Class<?> kind = isStep
                ? PipelineStep.class
                : path.get(0).equals(ExperimentKeys.DATA) ? Dataset.class : ExperimentLoader.ROLES.get(path.get(0));
        if (kind == null) {
            return Optional.empty();
        }
        String key = String.join(".", path.subList(depth, path.size()));
        String plugin = plugin(path.subList(0, depth));
        if (key.equals(ExperimentKeys.PLUGIN)) {
            return isStep ? Optional.empty() : others(kind, plugin);
        }
        return registry.find(kind, plugin).fields().stream()
                .filter(field -> field.key().equals(key))
                .map(CommentedExperiment::meaning)
                .findFirst();
    }

    private static String meaning(PluginField field) {
        boolean isMap = field.type().startsWith("{");
        return field.doc()
                + field.standard()
                        .filter(value -> !isMap && !value.isEmpty())
                        .map(value -> " (default " + value + ")")
                        .orElse("");
    }

    private Optional<String> others(Class<?> kind, String plugin) {
        String names = registry.names(kind).stream()
                .filter(name -> !name.equals(plugin))
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? Optional.empty() : Optional.of("or " + names);
    }

    private String plugin(List<String> path) {
        Mapping part = root;
        for (String key : path) {
            part = part.entries().get(key) instanceof Mapping inner ? inner : part;
        }
        return part.entries().get(ExperimentKeys.PLUGIN) instanceof Scalar name ? name.text() : "";
    }
}
