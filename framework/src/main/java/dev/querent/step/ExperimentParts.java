package dev.querent.step;

import java.util.Map;

/**
 * What a step may ask of its experiment before anything is loaded.
 *
 * @param components the plugin class of each component, by role: {@code vision}, {@code bridge}, {@code language},
 *     {@code captioner}, {@code scorer}
 */
public record ExperimentParts(Map<String, Class<?>> components) {
    public ExperimentParts {
        components = Map.copyOf(components);
    }

    /** Whether a component is wired and is of a type. */
    public boolean has(String role, Class<?> type) {
        Class<?> found = components.get(role);
        return found != null && type.isAssignableFrom(found);
    }
}
