package dev.querent.pipeline;

import dev.querent.config.ConfigNode;
import java.util.Map;
import java.util.TreeMap;

/** Settings as values by dotted key. */
public final class FlatSettings {

    private FlatSettings() {}

    /** Sorted by key; the items of a list are {@code key[0]} and so on. */
    public static Map<String, String> of(ConfigNode root) {
        Map<String, String> values = new TreeMap<>();
        flatten("", root, values);
        return values;
    }

    private static void flatten(String key, ConfigNode node, Map<String, String> values) {
        if (node instanceof ConfigNode.Mapping mapping) {
            mapping.entries().forEach((name, child) -> flatten(key.isEmpty() ? name : key + "." + name, child, values));
        } else if (node instanceof ConfigNode.Sequence sequence) {
            for (int i = 0; i < sequence.items().size(); i++) {
                flatten(key + "[" + i + "]", sequence.items().get(i), values);
            }
        } else if (node instanceof ConfigNode.Scalar scalar) {
            values.put(key, scalar.text());
        }
    }
}
