package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.config.Problems;
import dev.querent.config.YamlException;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.RepresentationLearner;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.ConfigBinder;
import dev.querent.plugin.PluginDescriptor;
import dev.querent.plugin.PluginNames;
import dev.querent.plugin.PluginRegistry;
import dev.querent.weights.Precision;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Binds {@code {plugin: NAME, ...}} to the plugin of that name and its configuration. */
final class SettingBinder {

    private final PluginNames names;
    private final ConfigBinder binder;
    private final Problems problems;

    SettingBinder(PluginRegistry registry, ConfigBinder binder, Problems problems) {
        names = new PluginNames(registry, problems);
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

    private Optional<PluginSetting> bind(ConfigNode node, String path, Class<?> kind, boolean isComponent) {
        Optional<PluginDescriptor> plugin = plugin(node, path, kind);
        if (plugin.isEmpty() || !(node instanceof Mapping mapping)) {
            return Optional.empty();
        }
        Set<String> known = new HashSet<>(Set.of(ExperimentKeys.PLUGIN));
        Optional<Path> checkpoint = Optional.empty();
        Optional<Mapping> settings = Optional.of(mapping);
        if (isComponent) {
            known.add(ExperimentKeys.CHECKPOINT);
            Optional<Scalar> written = scalar(mapping, path, ExperimentKeys.CHECKPOINT);
            checkpoint = written.flatMap(text -> path(text, path + "." + ExperimentKeys.CHECKPOINT));
            settings = written.isEmpty()
                    ? settings
                    : checkpoint.flatMap(place -> withSizes(
                            mapping, place, plugin.get(), written.get().origin(), path));
        }
        Optional<Path> tokenizer = Optional.empty();
        if (readsText(plugin.get().type())) {
            known.add(ExperimentKeys.TOKENIZER);
            tokenizer = scalar(mapping, path, ExperimentKeys.TOKENIZER)
                    .flatMap(text -> path(text, path + "." + ExperimentKeys.TOKENIZER));
        }
        Optional<Precision> precision = Optional.of(Precision.FP32);
        if (isComponent) {
            known.add(ExperimentKeys.PRECISION);
            precision = precision(mapping, path);
        }
        Optional<Path> weights = checkpoint;
        Optional<Path> text = tokenizer;
        Optional<Record> config = settings.flatMap(all -> binder.bind(all, path, plugin.get(), known));
        return precision.flatMap(
                bits -> config.map(values -> new PluginSetting(plugin.get(), values, weights, text, bits)));
    }

    private static boolean isOneOf(Class<?> type, List<Class<?>> kinds) {
        return kinds.stream().anyMatch(kind -> kind.isAssignableFrom(type));
    }

    /** Single precision where nothing is said; empty where it can't be read, which is told. */
    private Optional<Precision> precision(Mapping mapping, String path) {
        ConfigNode written = mapping.entries().get(ExperimentKeys.PRECISION);
        if (written == null || written.isNull()) {
            return Optional.of(Precision.FP32);
        }
        Optional<Precision> known = written instanceof Scalar scalar ? Precision.of(scalar.text()) : Optional.empty();
        if (known.isEmpty()) {
            problems.add(
                    written.origin(),
                    path + "." + ExperimentKeys.PRECISION,
                    "expected fp32, bf16 or fp16, found " + written.shown());
        }
        return known;
    }

    /** Only what reads text has a tokenizer. */
    static boolean readsText(Class<?> type) {
        return isOneOf(
                type,
                List.of(LanguageModel.class, RepresentationLearner.class, ImageTextScorer.class, Captioner.class));
    }

    /**
     * The settings on top of the sizes that a checkpoint folder or another run brings. A weight file of no run says nothing of
     * sizes, nor does what isn't there yet: an experiment may be checked before its checkpoints are fetched.
     */
    private Optional<Mapping> withSizes(
            Mapping mapping, Path checkpoint, PluginDescriptor plugin, Origin origin, String path) {
        String key = path + "." + ExperimentKeys.CHECKPOINT;
        try {
            Optional<RunCheckpoint> trained = RunCheckpoint.of(checkpoint, path);
            if (trained.isPresent()) {
                return withSizes(mapping, trained.get(), plugin, origin, path);
            }
        } catch (YamlException e) {
            problems.add(origin, key, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        if (!Files.isDirectory(checkpoint)) {
            return Optional.of(mapping);
        }
        return CheckpointConfig.read(checkpoint, plugin.config(), problem -> problems.add(origin, key, problem))
                .map(sizes -> new Mapping(sizes.entries(), mapping.origin()).overlaid(mapping));
    }

    private Optional<Mapping> withSizes(
            Mapping mapping, RunCheckpoint trained, PluginDescriptor plugin, Origin origin, String path) {
        Optional<PluginDescriptor> other = plugin(trained.component(), path, plugin.kind());
        if (other.isPresent() && !other.get().type().equals(plugin.type())) {
            problems.add(
                    origin,
                    path + "." + ExperimentKeys.CHECKPOINT,
                    trained.run().root() + " has trained a " + other.get().name() + ", which is no " + plugin.name()
                            + ". Write plugin: " + other.get().name());
            return Optional.empty();
        }
        return other.map(same -> new Mapping(trained.sizes().entries(), mapping.origin()).overlaid(mapping));
    }

    /** The plugin that a map names; a problem where there is none. */
    Optional<PluginDescriptor> plugin(ConfigNode node, String path, Class<?> kind) {
        return names.plugin(node, path, kind);
    }

    private Optional<Scalar> scalar(Mapping mapping, String path, String key) {
        ConfigNode node = mapping.entries().get(key);
        if (node == null || node.isNull()) {
            return Optional.empty();
        }
        if (node instanceof Scalar scalar) {
            return Optional.of(scalar);
        }
        problems.add(node.origin(), path + "." + key, "expected a path, found " + node.shown());
        return Optional.empty();
    }

    private Optional<Path> path(Scalar written, String key) {
        try {
            return Optional.of(Path.of(written.text()));
        } catch (InvalidPathException e) {
            problems.add(written.origin(), key, "expected the path of a folder or of a file, found " + written.shown());
            return Optional.empty();
        }
    }
}
