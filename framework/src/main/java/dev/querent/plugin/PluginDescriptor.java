package dev.querent.plugin;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A plugin that can be wired.
 *
 * @param kind the {@link PluginKind} interface
 * @param name as in experiment files
 * @param type the class
 * @param config its configuration record
 * @param standard values of what an experiment leaves out, where the plugin or its preset has any
 * @param fields the record's components
 * @param origin {@code built in} or the jar it came from
 */
public record PluginDescriptor(
        Class<?> kind,
        String name,
        Class<?> type,
        Class<? extends Record> config,
        Optional<Record> standard,
        List<PluginField> fields,
        String origin) {

    static final String BUILT_IN = "built in";

    public PluginDescriptor {
        fields = List.copyOf(fields);
    }

    /** The jar it came from; empty for a built-in one. */
    public Optional<Path> jar() {
        return origin.equals(BUILT_IN) ? Optional.empty() : Optional.of(Path.of(origin));
    }

    /** The kind's name, e.g. {@code vision-encoder}. */
    public String kindName() {
        return nameOfKind(kind);
    }

    /** See {@link Plugin#version}. */
    public int version() {
        Plugin annotation = type.getAnnotation(Plugin.class);
        return annotation == null ? 1 : annotation.version();
    }

    /** The name of the plugin that this is, or is a {@link Preset} of. */
    public String family() {
        Plugin annotation = type.getAnnotation(Plugin.class);
        return annotation == null ? name : annotation.value();
    }

    /** The name of a kind, e.g. {@code vision-encoder}. */
    public static String nameOfKind(Class<?> kind) {
        PluginKind annotation = kind.getAnnotation(PluginKind.class);
        if (annotation == null) {
            throw new IllegalArgumentException(kind.getName() + " is not marked with @PluginKind");
        }
        return annotation.value();
    }

    /**
     * Builds the plugin: each constructor parameter gets the argument of its type.
     *
     * @param configuration a value of {@link #config}
     * @param supplied what the kind supplies besides
     * @throws PluginException where the constructor asks for something that isn't supplied, or the class or what it needs can't be
     *     loaded
     */
    public Object create(Record configuration, Object... supplied) {
        Constructor<?> constructor = type.getConstructors()[0];
        List<Object> arguments = new ArrayList<>();
        for (Class<?> parameter : constructor.getParameterTypes()) {
            arguments.add(argument(parameter, configuration, supplied));
        }
        try {
            return constructor.newInstance(arguments.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LinkageError cause) {
                throw unbuilt(LoadingProblem.predicate(cause), cause);
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw unbuilt("can't be built: " + e.getCause(), e);
        } catch (LinkageError e) {
            throw unbuilt(LoadingProblem.predicate(e), e);
        } catch (ReflectiveOperationException e) {
            throw unbuilt("can't be built: " + e, e);
        }
    }

    private PluginException unbuilt(String predicate, Throwable cause) {
        return new PluginException(name + " (" + type.getName() + ", " + origin + ") " + predicate, cause);
    }

    private Object argument(Class<?> parameter, Record configuration, Object[] supplied) {
        if (parameter.isInstance(configuration)) {
            return configuration;
        }
        for (Object candidate : supplied) {
            if (parameter.isInstance(candidate)) {
                return candidate;
            }
        }
        throw new PluginException("the constructor of " + name + " (" + type.getName() + ") asks for a "
                + parameter.getSimpleName() + ", which a " + kindName().replace('-', ' ') + " isn't given");
    }
}
