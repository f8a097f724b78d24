package dev.querent.experiment;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.weights.Precision;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A plugin with its configuration, as an experiment wires it.
 *
 * @param plugin which
 * @param config a value of the plugin's configuration record
 * @param checkpoint for a component: the folder whose {@code config.json} gave the sizes and whose weight files
 *     have the weights, or a weight file alone
 * @param tokenizer for a component that reads text: where its tokenizer is read instead of from the checkpoint
 * @param precision of the weights that it reads; what is trained has to be in fp32
 */
public record PluginSetting(
        PluginDescriptor plugin,
        Record config,
        Optional<Path> checkpoint,
        Optional<Path> tokenizer,
        Precision precision) {

    /**
     * Builds the plugin.
     *
     * @param supplied what the kind's constructors get besides the configuration, by type
     */
    public <T> T create(Class<T> kind, Object... supplied) {
        return kind.cast(plugin.create(config, supplied));
    }

    /** Every value, defaults included, as one would write it. */
    public Mapping tree() {
        return ResolvedExperiment.tree(this);
    }
}
