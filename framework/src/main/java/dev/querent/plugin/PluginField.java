package dev.querent.plugin;

import java.util.List;
import java.util.Optional;

/**
 * A configuration field as {@code querent plugins} shows it.
 *
 * @param key in kebab-case; fields of nested records are dotted
 * @param type in words
 * @param standard the default as one would write it in YAML; empty if there is none
 * @param required whether an experiment must give it
 * @param doc what it means
 */
public record PluginField(String key, String type, Optional<String> standard, boolean required, String doc) {

    /**
     * The fields of a record that belongs to no plugin.
     *
     * @throws PluginException where one has no {@link Doc}
     */
    public static List<PluginField> of(Class<? extends Record> type) {
        return PluginInspector.fields(type, ConfigRecord.defaults(type));
    }
}
