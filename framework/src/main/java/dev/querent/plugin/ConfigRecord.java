package dev.querent.plugin;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reflection on a configuration record, in one place. */
final class ConfigRecord {

    private static final String DEFAULTS = "DEFAULTS";

    private ConfigRecord() {}

    static List<RecordComponent> components(Class<?> type) {
        return List.of(type.getRecordComponents());
    }

    static String key(RecordComponent component) {
        return KebabCase.ofComponent(component.getName());
    }

    /**
     * The record's {@code public static final DEFAULTS} of its own type, if it has one.
     *
     * @throws PluginException where it can't be read
     */
    static Optional<Record> defaults(Class<?> type) {
        Optional<Field> field = Arrays.stream(type.getDeclaredFields())
                .filter(candidate -> candidate.getName().equals(DEFAULTS))
                .findFirst();
        if (field.isEmpty()) {
            return Optional.empty();
        }
        int modifiers = field.get().getModifiers();
        if (!Modifier.isPublic(modifiers) || field.get().getType() != type) {
            throw new PluginException(type.getName() + ".DEFAULTS must be public and of type " + type.getSimpleName());
        }
        try {
            return Optional.of((Record) field.get().get(null));
        } catch (IllegalAccessException | LinkageError | NullPointerException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new PluginException(type.getName() + ".DEFAULTS can't be read: " + cause, e);
        }
    }

    static Object value(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new PluginException(record.getClass().getName() + " can't be read: it must be public", e);
        }
    }

    /**
     * @throws IllegalArgumentException as the record's compact constructor throws it
     */
    static Record construct(Class<?> type, Object[] values) {
        Class<?>[] types =
                components(type).stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return (Record) constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new PluginException(type.getName() + " can't be built: " + e.getCause(), e);
        } catch (LinkageError e) {
            throw new PluginException(type.getName() + " " + LoadingProblem.predicate(e), e);
        } catch (ReflectiveOperationException e) {
            throw new PluginException(type.getName() + " can't be built: it must be public", e);
        }
    }
}
