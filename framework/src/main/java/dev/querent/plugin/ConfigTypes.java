package dev.querent.plugin;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The types a configuration field may have, and what people call them. */
final class ConfigTypes {

    private static final Map<Class<?>, String> PLAIN = Map.ofEntries(
            Map.entry(int.class, "whole number"),
            Map.entry(Integer.class, "whole number"),
            Map.entry(long.class, "whole number"),
            Map.entry(Long.class, "whole number"),
            Map.entry(double.class, "number"),
            Map.entry(Double.class, "number"),
            Map.entry(boolean.class, "true or false"),
            Map.entry(Boolean.class, "true or false"),
            Map.entry(String.class, "text"),
            Map.entry(Path.class, "path"),
            Map.entry(Duration.class, "duration"));

    private ConfigTypes() {}

    /** Whether {@link ConfigBinder} can bind a type. */
    static boolean isKnown(Type type) {
        Class<?> raw = raw(type);
        if (raw == PluginChoice.class) {
            return true;
        }
        if (type instanceof ParameterizedType) {
            boolean container = raw == List.class
                    || raw == Optional.class
                    || (raw == Map.class && argument(type, 0) == String.class);
            return container && isKnown(element(type));
        }
        return PLAIN.containsKey(raw)
                || raw.isEnum()
                || (raw.isRecord()
                        && ConfigRecord.components(raw).stream()
                                .map(RecordComponent::getGenericType)
                                .allMatch(ConfigTypes::isKnown));
    }

    /** What people call a type: {@code whole number}, {@code list of text}, {@code one of relu, gelu}. */
    static String words(Type type) {
        Class<?> raw = raw(type);
        if (raw == Optional.class) {
            return words(element(type));
        }
        if (raw == List.class) {
            return "list of " + plural(element(type));
        }
        if (raw == Map.class) {
            return "map of " + plural(element(type));
        }
        if (raw.isEnum()) {
            return "one of " + choices(raw);
        }
        if (raw == PluginChoice.class) {
            return "{plugin: NAME, ...}";
        }
        if (raw.isRecord()) {
            return ConfigRecord.components(raw).stream()
                    .map(component -> ConfigRecord.key(component) + ": " + words(component.getGenericType()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return PLAIN.getOrDefault(raw, raw.getSimpleName());
    }

    private static String plural(Type type) {
        String words = words(type);
        return words.endsWith("number") || words.equals("path") || words.equals("duration") ? words + "s" : words;
    }

    static String choices(Class<?> enumType) {
        return Arrays.stream(enumType.getEnumConstants())
                .map(constant -> KebabCase.ofConstant((Enum<?>) constant))
                .collect(Collectors.joining(", "));
    }

    /** {@code Integer}, {@code Long} or {@code Double} of a number that may be left out; {@code Void} of anything else. */
    static Class<?> number(Type type) {
        Class<?> raw = raw(raw(type) == Optional.class ? element(type) : type);
        if (raw == int.class || raw == Integer.class) {
            return Integer.class;
        }
        if (raw == long.class || raw == Long.class) {
            return Long.class;
        }
        return raw == double.class || raw == Double.class ? Double.class : Void.class;
    }

    static Class<?> raw(Type type) {
        return type instanceof ParameterizedType parameterized
                ? (Class<?>) parameterized.getRawType()
                : type instanceof Class<?> plain ? plain : Object.class;
    }

    /** What a list, a map or an optional holds. */
    static Type element(Type type) {
        return argument(type, raw(type) == Map.class ? 1 : 0);
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }
}
