package dev.querent.plugin;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.Origin;
import dev.querent.config.Problems;
import dev.querent.config.YamlException;
import dev.querent.config.YamlReader;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks that a class keeps the rules for plugins, and describes it. */
final class PluginInspector {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");
    private static final Pattern PRESET_NAME = Pattern.compile("[a-z0-9]+(?:[-.][a-z0-9]+)*");

    private static final String RESERVED = "plugin";

    private PluginInspector() {}

    /**
     * The plugin, and one more for each of its presets.
     *
     * @throws PluginException naming the class and the first rule it breaks
     */
    static List<PluginDescriptor> describe(Class<?> type, String origin) {
        Plugin plugin = type.getAnnotation(Plugin.class);
        require(plugin != null, type, "is not marked with @Plugin");
        String name = plugin == null ? "" : plugin.value();
        require(
                NAME.matcher(name).matches(),
                type,
                "is called \"" + name + "\"; a plugin's name is of a-z, 0-9 and hyphens");
        require(
                Modifier.isPublic(type.getModifiers()) && !Modifier.isAbstract(type.getModifiers()),
                type,
                "must be public and not abstract");
        require(
                type.getConstructors().length == 1,
                type,
                "must have one public constructor, has " + type.getConstructors().length);
        Class<? extends Record> config = config(type);
        Class<?> kind = kind(type);
        Optional<Record> own = ConfigRecord.defaults(config);
        List<PluginDescriptor> all = new ArrayList<>();
        all.add(new PluginDescriptor(kind, name, type, config, own, fields(config, own), origin));
        for (Preset preset : type.getAnnotationsByType(Preset.class)) {
            require(
                    PRESET_NAME.matcher(preset.name()).matches(),
                    type,
                    "has a preset called \"" + preset.name() + "\"; its name is of a-z, 0-9, hyphens and points");
            Optional<Record> standard = Optional.of(preset(type, config, preset));
            all.add(new PluginDescriptor(
                    kind, preset.name(), type, config, standard, fields(config, standard), origin));
        }
        return all;
    }

    private static Record preset(Class<?> type, Class<? extends Record> config, Preset preset) {
        Problems problems = new Problems();
        Optional<? extends Record> bound = Optional.empty();
        try {
            if (YamlReader.value(preset.settings(), "preset") instanceof Mapping settings) {
                bound = new ConfigBinder(problems).bind(settings, "", config, Set.of());
            }
        } catch (YamlException e) {
            problems.add(Origin.of("preset"), "", String.valueOf(e.getMessage()));
        }
        require(
                bound.isPresent(),
                type,
                "has a preset " + preset.name() + " whose settings are no map of its fields: " + problems.list());
        return bound.orElseThrow();
    }

    private static Class<?> kind(Class<?> type) {
        Set<Class<?>> kinds = new LinkedHashSet<>();
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            gatherKinds(at, kinds);
        }
        require(
                kinds.size() == 1,
                type,
                "must implement one @PluginKind interface, implements "
                        + (kinds.isEmpty()
                                ? "none"
                                : kinds.stream().map(Class::getSimpleName).collect(Collectors.joining(" and "))));
        return kinds.iterator().next();
    }

    private static void gatherKinds(Class<?> type, Set<Class<?>> kinds) {
        for (Class<?> parent : type.getInterfaces()) {
            if (parent.isAnnotationPresent(PluginKind.class)) {
                kinds.add(parent);
            }
            gatherKinds(parent, kinds);
        }
    }

    private static Class<? extends Record> config(Class<?> type) {
        Optional<Class<?>> config = Arrays.stream(type.getDeclaredClasses())
                .filter(nested -> nested.getSimpleName().equals("Config")
                        && nested.isRecord()
                        && Modifier.isPublic(nested.getModifiers()))
                .findFirst();
        require(config.isPresent(), type, "must nest a public record called Config");
        return config.orElseThrow().asSubclass(Record.class);
    }

    static List<PluginField> fields(Class<? extends Record> config, Optional<Record> standard) {
        List<PluginField> fields = new ArrayList<>();
        describe(config, "", standard.orElse(null), fields);
        return fields;
    }

    private static void describe(Class<?> record, String prefix, @Nullable Record standard, List<PluginField> fields) {
        for (RecordComponent component : ConfigRecord.components(record)) {
            Doc doc = component.getAnnotation(Doc.class);
            require(
                    doc != null && !doc.value().isBlank(),
                    record,
                    "must say with @Doc what " + component.getName() + " is");
            Type type = component.getGenericType();
            require(
                    ConfigTypes.isKnown(type),
                    record,
                    component.getName() + " is of a type that can't be configured: " + type.getTypeName());
            Object value = standard == null ? null : ConfigRecord.value(component, standard);
            String key = prefix + ConfigRecord.key(component);
            require(
                    !key.equals(RESERVED),
                    record,
                    "has a component called " + RESERVED + ", the key that names the plugin");
            fields.add(new PluginField(
                    key,
                    ConfigTypes.words(type),
                    Optional.ofNullable(value)
                            .filter(given -> !Optional.empty().equals(given))
                            .map(PluginInspector::text),
                    value == null && component.getType() != Optional.class,
                    doc == null ? "" : doc.value()));
            nested(type)
                    .ifPresent(inner -> describe(
                            inner,
                            key + ".",
                            value instanceof Record given
                                    ? given
                                    : ConfigRecord.defaults(inner).orElse(null),
                            fields));
        }
    }

    /** The record that a field holds: itself, or in an optional, a list or a map. */
    private static Optional<Class<?>> nested(Type type) {
        Class<?> raw = ConfigTypes.raw(type);
        if (raw == Optional.class || raw == List.class || raw == Map.class) {
            return nested(ConfigTypes.element(type));
        }
        return raw.isRecord() && raw != PluginChoice.class ? Optional.of(raw) : Optional.empty();
    }

    private static String text(Object value) {
        return FlowText.of(ConfigTree.node(value));
    }

    private static void require(boolean condition, Class<?> type, String sentence) {
        if (!condition) {
            throw new PluginException(type.getName() + " " + sentence);
        }
    }
}
