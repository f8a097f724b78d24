package dev.querent.plugin;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import dev.querent.config.NearestName;
import dev.querent.config.Origin;
import dev.querent.config.Problems;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes a configuration record of an untyped tree. Whatever is wrong is gathered, all of it in one pass: unknown keys with the
 * nearest known one, missing keys, wrong types, and what the record's constructor refuses.
 */
public final class ConfigBinder {

    private final Problems problems;
    private final Optional<PluginNames> plugins;

    /**
     * @param problems where everything that is wrong is put
     */
    public ConfigBinder(Problems problems) {
        this.problems = problems;
        plugins = Optional.empty();
    }

    /** Binds also records in which plugins are chosen ({@link PluginChoice}). */
    public ConfigBinder(Problems problems, PluginRegistry registry) {
        this.problems = problems;
        plugins = Optional.of(new PluginNames(registry, problems));
    }

    /**
     * Binds a record.
     *
     * @param path the dotted key of the map, empty for the root
     * @param known keys that are allowed but belong to someone else
     * @return the record; empty if there was a problem in it
     */
    public <R extends Record> Optional<R> bind(Mapping mapping, String path, Class<R> type, Set<String> known) {
        return record(mapping, path, type, ConfigRecord.defaults(type).orElse(null), known)
                .map(type::cast);
    }

    /** Binds the configuration of a plugin; as the other, but with the plugin's or preset's own defaults. */
    public Optional<Record> bind(Mapping mapping, String path, PluginDescriptor plugin, Set<String> known) {
        return record(mapping, path, plugin.config(), plugin.standard().orElse(null), known);
    }

    private Optional<Record> record(
            Mapping mapping, String path, Class<?> type, @Nullable Record standard, Set<String> known) {
        List<RecordComponent> components = ConfigRecord.components(type);
        boolean sound = refuseUnknown(mapping, path, components, known);
        @Nullable Object[] values = new Object[components.size()];
        Set<String> broken = new HashSet<>();
        for (int i = 0; i < values.length; i++) {
            RecordComponent component = components.get(i);
            Object fallback = standard == null ? null : ConfigRecord.value(component, standard);
            Optional<Object> value = component(mapping, path, component, fallback);
            if (value.isEmpty()) {
                broken.add(component.getName());
            }
            values[i] = value.orElse(fallback);
        }
        Optional<Record> built = construct(mapping, path, type, values, standard, broken);
        return sound && broken.isEmpty() ? built : Optional.empty();
    }

    private Optional<Object> component(
            Mapping mapping, String path, RecordComponent component, @Nullable Object fallback) {
        String key = ConfigRecord.key(component);
        ConfigNode node = mapping.entries().get(key);
        boolean optional = component.getType() == Optional.class;
        if (node != null && node.isNull() && optional) {
            return Optional.of(Optional.empty());
        }
        if (node != null && !node.isNull()) {
            return value(node, joined(path, key), component.getGenericType(), fallback);
        }
        if (fallback != null) {
            return Optional.of(fallback);
        }
        if (optional) {
            return Optional.of(Optional.empty());
        }
        problems.add(
                mapping.origin(),
                joined(path, key),
                "missing; expected " + article(ConfigTypes.words(component.getGenericType())) + doc(component));
        return Optional.empty();
    }

    private Optional<Object> value(ConfigNode node, String path, Type type, @Nullable Object fallback) {
        Class<?> raw = ConfigTypes.raw(type);
        if (raw == Optional.class) {
            Object inner = fallback instanceof Optional<?> given ? given.orElse(null) : null;
            return value(node, path, ConfigTypes.element(type), inner).map(Optional::of);
        }
        if (raw == List.class) {
            return node instanceof Sequence sequence ? list(sequence, path, type) : refused(node, path, type, fallback);
        }
        if (raw == Map.class) {
            return node instanceof Mapping mapping ? map(mapping, path, type) : refused(node, path, type, fallback);
        }
        if (raw == PluginChoice.class && plugins.isPresent()) {
            Optional<PluginDescriptor> plugin =
                    plugins.get().plugin(node, path, ConfigTypes.raw(ConfigTypes.element(type)));
            return node instanceof Mapping mapping
                    ? plugin.flatMap(known -> bind(mapping, path, known, Set.of("plugin"))
                            .map(config -> new PluginChoice<>(known, config)))
                    : Optional.empty();
        }
        if (raw.isRecord()) {
            Record standard = fallback instanceof Record given
                    ? given
                    : ConfigRecord.defaults(raw).orElse(null);
            return node instanceof Mapping mapping
                    ? record(mapping, path, raw, standard, Set.of()).map(Object.class::cast)
                    : refused(node, path, type, fallback);
        }
        Optional<Object> parsed =
                node instanceof Scalar scalar && !node.isNull() ? Scalars.parse(scalar, raw) : Optional.empty();
        return parsed.isPresent() ? parsed : refused(node, path, type, fallback);
    }

    private Optional<Object> list(Sequence sequence, String path, Type type) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
            value(sequence.items().get(i), path + "[" + i + "]", ConfigTypes.element(type), null)
                    .ifPresent(items::add);
        }
        return items.size() == sequence.items().size() ? Optional.of(List.copyOf(items)) : Optional.empty();
    }

    private Optional<Object> map(Mapping mapping, String path, Type type) {
        Map<String, Object> bound = new LinkedHashMap<>();
        mapping.entries()
                .forEach((key, node) -> value(node, joined(path, key), ConfigTypes.element(type), null)
                        .ifPresent(value -> bound.put(key, value)));
        return bound.size() == mapping.entries().size()
                ? Optional.of(Collections.unmodifiableMap(bound))
                : Optional.empty();
    }

    /** Builds the record; where its constructor refuses a component that has a default, looks on with the default in its place. */
    private Optional<Record> construct(
            Mapping mapping,
            String path,
            Class<?> type,
            @Nullable Object[] values,
            @Nullable Record standard,
            Set<String> broken) {
        List<RecordComponent> components = ConfigRecord.components(type);
        Set<String> refused = new HashSet<>(broken);
        for (int attempt = 0; attempt <= components.size(); attempt++) {
            for (@Nullable Object value : values) {
                if (value == null) {
                    return Optional.empty();
                }
            }
            try {
                Record built = ConfigRecord.construct(type, values.clone());
                return refused.isEmpty() ? Optional.of(built) : Optional.empty();
            } catch (IllegalArgumentException e) {
                String sentence = String.valueOf(e.getMessage());
                int index = named(components, sentence);
                String name = index < 0 ? "" : components.get(index).getName();
                boolean consequence = refused.contains(name) || (index < 0 && !refused.isEmpty());
                if (!consequence) {
                    report(mapping, path, name, KebabCase.inSentence(sentence, components));
                }
                if (index < 0 || standard == null || !refused.add(name)) {
                    return Optional.empty();
                }
                values[index] = ConfigRecord.value(components.get(index), standard);
            }
        }
        return Optional.empty();
    }

    private void report(Mapping mapping, String path, String component, String sentence) {
        if (component.isEmpty()) {
            problems.add(mapping.origin(), path, sentence);
            return;
        }
        String key = KebabCase.ofComponent(component);
        ConfigNode node = mapping.entries().get(key);
        Origin origin = node == null ? mapping.origin() : node.origin();
        problems.add(
                origin, joined(path, key), sentence.substring(key.length() + 1).strip());
    }

    private static int named(List<RecordComponent> components, String sentence) {
        for (int i = 0; i < components.size(); i++) {
            RecordComponent component = components.get(i);
            if (sentence.startsWith(component.getName() + ":")
                    || sentence.startsWith(ConfigRecord.key(component) + ":")) {
                return i;
            }
        }
        return -1;
    }

    private boolean refuseUnknown(Mapping mapping, String path, List<RecordComponent> components, Set<String> known) {
        Set<String> keys = new TreeSet<>(known);
        components.forEach(component -> keys.add(ConfigRecord.key(component)));
        boolean sound = true;
        for (Map.Entry<String, ConfigNode> entry : mapping.entries().entrySet()) {
            if (!keys.contains(entry.getKey())) {
                sound = false;
                problems.add(
                        entry.getValue().origin(),
                        joined(path, entry.getKey()),
                        "unknown key. Known: " + String.join(", ", keys) + "."
                                + NearestName.question(entry.getKey(), keys));
            }
        }
        return sound;
    }

    private Optional<Object> refused(ConfigNode node, String path, Type type, @Nullable Object fallback) {
        String example = fallback == null
                        || fallback instanceof Record
                        || ConfigTypes.raw(type).isEnum()
                ? ""
                : example(fallback);
        problems.add(
                node.origin(),
                path,
                "expected " + article(ConfigTypes.words(type)) + example + ", found " + node.shown()
                        + hint(node, type));
        return Optional.empty();
    }

    private static String example(Object standard) {
        return ConfigTree.node(standard) instanceof Scalar scalar ? " such as " + scalar.text() : "";
    }

    private static String hint(ConfigNode node, Type type) {
        Class<?> raw = ConfigTypes.raw(type);
        if (!(node instanceof Scalar scalar)) {
            return "";
        }
        if (raw.isEnum()) {
            return "."
                    + NearestName.question(
                            scalar.text(), List.of(ConfigTypes.choices(raw).split(", ")));
        }
        boolean unquoted = scalar.quoted()
                && Scalars.parse(new Scalar(scalar.text(), false, scalar.origin()), raw)
                        .isPresent();
        return unquoted ? ". Write it without quotes" : "";
    }

    private static String article(String words) {
        return words.startsWith("{")
                ? "a map " + words
                : words.startsWith("one of") || words.startsWith("true") || words.equals("text") ? words : "a " + words;
    }

    private static String doc(RecordComponent component) {
        Doc doc = component.getAnnotation(Doc.class);
        return doc == null ? "" : " (" + doc.value() + ")";
    }

    private static String joined(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
