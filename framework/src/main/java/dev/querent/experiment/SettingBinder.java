package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Problems;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginException;
import dev.querent.plugin.PluginRegistry;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Binds {@code {plugin: NAME, ...}} to the plugin of that name and its configuration. */
final class SettingBinder {

    private final PluginRegistry registry;
    private final ConfigBinder binder;
    private final Problems problems;

    SettingBinder(PluginRegistry registry, ConfigBinder binder, Problems problems) {
        this.registry = registry;
        this.binder = binder;
        this.problems = problems;
    }

    /** Binds a model component, which may be built from a checkpoint folder; empty where it isn't wired or has problems. */
    Optional<PluginSetting> component(Mapping root, String role, Class<?> kind) {
        ConfigNode node = root.entries().get(role);
        return node == null || node.isNull() ? Optional.empty() : bind(node, role, kind, true);
    }

    /** Binds what has no weights: a data set or a step. */
    Optional<PluginSetting> part(ConfigNode node, String path, Class<?> kind) {
        return bind(node, path, kind, false);
    }

    private Optional<PluginSetting> bind(ConfigNode node, String path, Class<?> kind, boolean mayHaveCheckpoint) {
        Optional<PluginDescriptor> plugin = plugin(node, path, kind);
        if (plugin.isEmpty() || !(node instanceof Mapping mapping)) {
            return Optional.empty();
        }
        Optional<Path> checkpoint = Optional.empty();
        Mapping settings = mapping;
        if (mayHaveCheckpoint
                && mapping.entries().get(ExperimentKeys.CHECKPOINT) instanceof Scalar written
                && !written.isNull()) {
            checkpoint = folder(written, path);
            if (checkpoint.isEmpty()) {
                return Optional.empty();
            }
            if (!Files.isRegularFile(checkpoint.get())) { // a weight file says nothing of sizes: the settings do
                Optional<Mapping> sizes = CheckpointConfig.read(
                        checkpoint.get(),
                        plugin.get().config(),
                        problem -> problems.add(written.origin(), path + "." + ExperimentKeys.CHECKPOINT, problem));
                if (sizes.isEmpty()) {
                    return Optional.empty();
                }
                settings = new Mapping(sizes.get().entries(), mapping.origin()).overlaid(mapping);
            }
        }
        Set<String> known = mayHaveCheckpoint
                ? Set.of(ExperimentKeys.PLUGIN, ExperimentKeys.CHECKPOINT)
                : Set.of(ExperimentKeys.PLUGIN);
        Optional<Path> folder = checkpoint;
        return binder.bind(settings, path, plugin.get(), known)
                .map(config -> new PluginSetting(plugin.get(), config, folder));
    }

    /** The plugin that a map names; a problem where there is none. */
    Optional<PluginDescriptor> plugin(ConfigNode node, String path, Class<?> kind) {
        List<String> names = registry.names(kind);
        String known = "Known: " + (names.isEmpty() ? "none" : String.join(", ", names));
        if (!(node instanceof Mapping mapping)) {
            problems.add(
                    node.origin(), path, "expected a map such as {plugin: NAME}, found " + node.shown() + ". " + known);
            return Optional.empty();
        }
        String key = path + "." + ExperimentKeys.PLUGIN;
        ConfigNode name = mapping.entries().get(ExperimentKeys.PLUGIN);
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

    private Optional<Path> folder(Scalar written, String path) {
        try {
            return Optional.of(Path.of(written.text()));
        } catch (InvalidPathException e) {
            problems.add(
                    written.origin(),
                    path + "." + ExperimentKeys.CHECKPOINT,
                    "expected the path of a folder or of a weight file, found " + written.shown());
            return Optional.empty();
        }
    }
}
