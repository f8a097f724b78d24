package dev.querent.plugin;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Problems;
import java.util.List;
import java.util.Optional;

/** Finds the plugins that configurations name. */
public final class PluginNames {

    private static final String PLUGIN = "plugin";

    private final PluginRegistry registry;
    private final Problems problems;

    /** @param problems where everything that is wrong is put */
    public PluginNames(PluginRegistry registry, Problems problems) {
        this.registry = registry;
        this.problems = problems;
    }

    /** The plugin that a map names; a problem where there is none. */
    public Optional<PluginDescriptor> plugin(ConfigNode node, String path, Class<?> kind) {
        List<String> names = registry.names(kind);
        String known = "Known: " + (names.isEmpty() ? "none" : String.join(", ", names));
        if (!(node instanceof Mapping mapping)) {
            problems.add(
                    node.origin(), path, "expected a map such as {plugin: NAME}, found " + node.shown() + ". " + known);
            return Optional.empty();
        }
        String key = path + "." + PLUGIN;
        ConfigNode name = mapping.entries().get(PLUGIN);
        if (name == null || name.isNull()) {
            problems.add(mapping.origin(), key, "missing. " + known);
            return Optional.empty();
        }
        if (!(name instanceof Scalar scalar)) {
            problems.add(name.origin(), key, "expected a name, found " + name.shown() + ". " + known);
            return Optional.empty();
        }
        try {
            return Optional.of(registry.find(kind, scalar.text()));
        } catch (PluginException e) {
            problems.add(name.origin(), key, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
