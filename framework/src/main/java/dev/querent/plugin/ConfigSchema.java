package dev.querent.plugin;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema (draft 2020-12) of what {@link ConfigBinder} makes a record of. Every key may be null, which leaves it out or removes what
 * a file below says; no key is required, since a file below or a checkpoint may say it. A chosen plugin is referred to as {@code
 * #/$defs/KIND}.
 */
public final class ConfigSchema {

    /** Where the schemas of plugins are. */
    public static final String DEFINITIONS = "#/$defs/";

    /** {@code 10_000}, which YAML 1.2 takes for text. */
    private static final String UNDERSCORED = "^[-+]?[0-9]+(?:_[0-9]+)+(?:\\.[0-9]*)?$";

    private static final String TYPE = "type";
    private static final String ENUM = "enum";
    private static final String PATTERN = "pattern";
    private static final String STRING = "string";
    private static final String NULL = "null";

    private ConfigSchema() {}

    /** The schema of each key of a record, with its own defaults. */
    public static ObjectNode properties(Class<? extends Record> type) {
        return properties(type, ConfigRecord.defaults(type).orElse(null));
    }

    /** The schema of each key of a plugin, with its defaults or its preset's. */
    public static ObjectNode properties(PluginDescriptor plugin) {
        return properties(plugin.config(), plugin.standard().orElse(null));
    }

    private static ObjectNode properties(Class<?> type, @Nullable Record standard) {
        ObjectNode properties = object();
        Optional<ConfigBounds> bounds = Optional.ofNullable(standard).map(ConfigBounds::new);
        List<RecordComponent> components = ConfigRecord.components(type);
        for (int i = 0; i < components.size(); i++) {
            RecordComponent component = components.get(i);
            int index = i;
            Object value = standard == null ? null : ConfigRecord.value(component, standard);
            ObjectNode schema = nullable(schema(component.getGenericType(), value));
            bounds.ifPresent(known -> bound(schema, known.of(index)));
            describe(schema, component, value);
            properties.set(ConfigRecord.key(component), schema);
        }
        return properties;
    }

    private static void describe(ObjectNode schema, RecordComponent component, @Nullable Object value) {
        Doc doc = component.getAnnotation(Doc.class);
        String text = doc == null ? "" : doc.value();
        if (value != null && !value.equals(Optional.empty()) && !(value instanceof Record)) {
            JsonNode standard = JsonMapper.shared().valueToTree(plain(value));
            schema.put("description", text + " (default " + standard + ")");
            schema.set("default", standard);
        } else {
            boolean required = value == null && component.getType() != Optional.class;
            schema.put("description", required ? text + " (required)" : text);
        }
    }

    private static void bound(ObjectNode schema, Bounds bounds) {
        if (bounds.least() > Integer.MIN_VALUE) {
            put(schema, "minimum", bounds.least());
        }
        if (bounds.most() < Integer.MAX_VALUE) {
            put(schema, "maximum", bounds.most());
        }
    }

    private static void put(ObjectNode schema, String key, double bound) {
        if (bound == Math.rint(bound)) {
            schema.put(key, (long) bound);
        } else {
            schema.put(key, bound);
        }
    }

    private static ObjectNode schema(Type type, @Nullable Object value) {
        Class<?> raw = ConfigTypes.raw(type);
        if (raw == Optional.class) {
            return schema(ConfigTypes.element(type), value instanceof Optional<?> given ? given.orElse(null) : null);
        }
        if (raw == List.class) {
            ObjectNode schema = object().put(TYPE, "array");
            return schema.set("items", schema(ConfigTypes.element(type), null));
        }
        if (raw == Map.class) {
            ObjectNode schema = object().put(TYPE, "object");
            return schema.set("additionalProperties", nullable(schema(ConfigTypes.element(type), null)));
        }
        if (raw == PluginChoice.class) {
            Class<?> kind = ConfigTypes.raw(ConfigTypes.element(type));
            return object().put("$ref", DEFINITIONS + PluginDescriptor.nameOfKind(kind));
        }
        if (raw.isRecord()) {
            Record standard = value instanceof Record given
                    ? given
                    : ConfigRecord.defaults(raw).orElse(null);
            ObjectNode schema = object().put(TYPE, "object");
            schema.set("properties", properties(raw, standard));
            return schema.put("additionalProperties", false);
        }
        return scalar(type, raw);
    }

    private static ObjectNode scalar(Type type, Class<?> raw) {
        ObjectNode schema = object();
        if (raw.isEnum()) {
            ArrayNode choices = schema.putArray(ENUM);
            for (Object constant : raw.getEnumConstants()) {
                choices.add(KebabCase.ofConstant((Enum<?>) constant));
            }
            return schema;
        }
        if (raw == Duration.class) {
            return schema.put(TYPE, STRING).put(PATTERN, "^(?=.)" + Durations.FORM.pattern() + "$");
        }
        if (raw == String.class || raw == Path.class) {
            schema.putArray(TYPE).add(STRING).add("number").add("boolean"); // a text may look like anything
            return schema;
        }
        Class<?> number = ConfigTypes.number(type);
        if (number == Void.class) {
            return schema.put(TYPE, "boolean");
        }
        schema.putArray(TYPE).add(number == Double.class ? "number" : "integer").add(STRING);
        return schema.put(PATTERN, UNDERSCORED);
    }

    private static ObjectNode nullable(ObjectNode schema) {
        if (schema.get(ENUM) instanceof ArrayNode choices) {
            choices.addNull();
        } else if (schema.get(TYPE) instanceof ArrayNode types) {
            types.add(NULL);
        } else if (schema.has(TYPE)) {
            String only = schema.get(TYPE).asString();
            schema.putArray(TYPE).add(only).add(NULL);
        }
        return schema;
    }

    /** A value as one would write it in YAML, for JSON. */
    private static Object plain(Object value) {
        if (value instanceof Optional<?> given) {
            return plain(given.orElseThrow());
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ConfigSchema::plain).toList();
        }
        return value instanceof Number || value instanceof Boolean ? value : FlowText.of(ConfigTree.node(value));
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
