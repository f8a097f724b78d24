package dev.querent.plugin;

/**
 * A plugin within another plugin's configuration, written {@code {plugin: NAME, ...}} as in an experiment.
 *
 * @param <T> the {@link PluginKind} interface
 * @param plugin which
 * @param config a value of the plugin's configuration record
 */
public record PluginChoice<T>(PluginDescriptor plugin, Record config) {

    /**
     * Builds the plugin.
     *
     * @param supplied what the kind's constructors get besides the configuration, by type
     */
    public T create(Class<T> kind, Object... supplied) {
        return kind.cast(plugin.create(config, supplied));
    }
}
