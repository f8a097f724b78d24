package dev.querent.plugin;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import dev.querent.config.Origin;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Turns a configuration record back into the tree that {@link ConfigBinder} would make an equal record of. */
public final class ConfigTree {

    private static final Origin ORIGIN = Origin.of("resolved");

    private ConfigTree() {}

    /** Every component in the record's order; empty optionals are left out unless their default isn't empty. */
    public static Mapping of(Record record) {
        return of(record, ConfigRecord.defaults(record.getClass()));
    }

    /** The same of a plugin's configuration, whose defaults may be a preset's. */
    public static Mapping of(Record record, PluginDescriptor plugin) {
        return of(record, plugin.standard());
    }

    private static Mapping of(Record record, Optional<Record> defaults) {
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        for (RecordComponent component : ConfigRecord.components(record.getClass())) {
            Object value = ConfigRecord.value(component, record);
            boolean emptyByDefault =
                    defaults.isEmpty() || Optional.empty().equals(ConfigRecord.value(component, defaults.get()));
            if (value instanceof Optional<?> optional && optional.isEmpty()) {
                if (!emptyByDefault) {
                    entries.put(ConfigRecord.key(component), new Scalar("null", false, ORIGIN));
                }
            } else {
                entries.put(ConfigRecord.key(component), node(value));
            }
        }
        return new Mapping(entries, ORIGIN);
    }

    static ConfigNode node(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.map(ConfigTree::node).orElseGet(() -> new Scalar("null", false, ORIGIN));
        }
        if (value instanceof PluginChoice<?> choice) {
            Map<String, ConfigNode> entries = new LinkedHashMap<>();
            entries.put("plugin", new Scalar(choice.plugin().name(), false, ORIGIN));
            entries.putAll(of(choice.config(), choice.plugin()).entries());
            return new Mapping(entries, ORIGIN);
        }
        if (value instanceof Record record) {
            return of(record);
        }
        if (value instanceof List<?> list) {
            return new Sequence(list.stream().map(ConfigTree::node).toList(), ORIGIN);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, ConfigNode> entries = new LinkedHashMap<>();
            // by key: a map's own order may differ from one JVM to the next
            new TreeMap<>(map).forEach((key, entry) -> entries.put((String) key, node(entry)));
            return new Mapping(entries, ORIGIN);
        }
        if (value instanceof Enum<?> constant) {
            return new Scalar(KebabCase.ofConstant(constant), false, ORIGIN);
        }
        if (value instanceof Duration duration) {
            return new Scalar(Durations.text(duration), false, ORIGIN);
        }
        boolean text = value instanceof String || value instanceof Path;
        return new Scalar(value.toString(), text, ORIGIN);
    }
}
