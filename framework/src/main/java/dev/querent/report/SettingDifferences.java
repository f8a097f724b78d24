package dev.querent.report;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which settings runs differ in, a row each. Where a part is missing in one, or is another plugin, it is one row: the settings of one
 * plugin mean nothing to another.
 */
final class SettingDifferences {

    static final String ABSENT = "-";
    private static final String PLUGIN = "plugin";

    private final List<List<String>> rows = new ArrayList<>();

    private SettingDifferences() {}

    /**
     * Compares.
     *
     * @param trees each run's settings
     * @return rows of the key and each run's value
     */
    static List<List<String>> of(List<Mapping> trees) {
        SettingDifferences differences = new SettingDifferences();
        differences.compare("", trees.stream().map(Optional::<ConfigNode>of).toList());
        return differences.rows;
    }

    /** Compares flat values, as {@link #of} does. */
    static List<List<String>> ofValues(List<Map<String, String>> values) {
        Set<String> keys = values.stream()
                .map(Map::keySet)
                .flatMap(Collection::stream)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<List<String>> rows = new ArrayList<>();
        for (String key : keys) {
            addIfDifferent(
                    rows,
                    key,
                    values.stream().map(each -> each.getOrDefault(key, ABSENT)).toList());
        }
        return rows;
    }

    private void compare(String path, List<Optional<ConfigNode>> nodes) {
        List<Mapping> mappings = nodes.stream()
                .flatMap(Optional::stream)
                .filter(Mapping.class::isInstance)
                .map(Mapping.class::cast)
                .toList();
        boolean alike = mappings.size() == nodes.size()
                && mappings.stream().map(SettingDifferences::plugin).distinct().count() == 1;
        if (!alike) {
            addIfDifferent(
                    rows,
                    path,
                    nodes.stream()
                            .map(node -> node.map(SettingDifferences::shown).orElse(ABSENT))
                            .toList());
            return;
        }
        Set<String> keys = mappings.stream()
                .map(mapping -> mapping.entries().keySet())
                .flatMap(Collection::stream)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String key : keys) {
            compare(
                    path.isEmpty() ? key : path + "." + key,
                    mappings.stream()
                            .map(mapping ->
                                    Optional.ofNullable(mapping.entries().get(key)))
                            .toList());
        }
    }

    private static void addIfDifferent(List<List<String>> rows, String key, List<String> values) {
        if (values.stream().distinct().count() > 1) {
            List<String> row = new ArrayList<>(List.of(key));
            row.addAll(values);
            rows.add(row);
        }
    }

    private static String plugin(Mapping mapping) {
        return mapping.entries().get(PLUGIN) instanceof Scalar scalar ? scalar.text() : "";
    }

    /** Of a part its plugin. */
    private static String shown(ConfigNode node) {
        if (node instanceof Mapping mapping) {
            String plugin = plugin(mapping);
            return plugin.isEmpty()
                    ? mapping.entries().entrySet().stream()
                            .map(entry -> entry.getKey() + ": " + shown(entry.getValue()))
                            .collect(Collectors.joining(", ", "{", "}"))
                    : plugin;
        }
        if (node instanceof Sequence sequence) {
            return sequence.items().stream().map(SettingDifferences::shown).collect(Collectors.joining(", ", "[", "]"));
        }
        return node instanceof Scalar scalar ? scalar.text() : "";
    }
}
