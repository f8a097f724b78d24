package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.plugin.ConfigTree;
import dev.querent.weights.Precision;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** An experiment turned back into a tree, and what identifies it. */
final class ResolvedExperiment {

    private static final Origin ORIGIN = Origin.of("resolved");
    private static final Set<String> NOT_IN_HASH =
            Set.of(ExperimentKeys.THREADS, ExperimentKeys.BAD_SAMPLE_LIMIT, ExperimentKeys.STEPS);

    private ResolvedExperiment() {}

    static Mapping tree(Experiment experiment) {
        Map<String, ConfigNode> root = new LinkedHashMap<>(ConfigTree.of(new ExperimentHead(
                        experiment.name(), experiment.seed(), experiment.threads(), experiment.badSampleLimit()))
                .entries());
        root.put(ExperimentKeys.DATA, tree(experiment.data()));
        experiment.components().forEach((role, setting) -> root.put(role, tree(setting)));
        Map<String, ConfigNode> steps = new LinkedHashMap<>();
        experiment.steps().forEach((name, setting) -> steps.put(name, tree(setting)));
        root.put(ExperimentKeys.STEPS, new Mapping(steps, ORIGIN));
        return new Mapping(root, ORIGIN);
    }

    static Mapping tree(PluginSetting setting) {
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        entries.put(ExperimentKeys.PLUGIN, new Scalar(setting.plugin().name(), false, ORIGIN));
        setting.checkpoint().ifPresent(place -> entries.put(ExperimentKeys.CHECKPOINT, path(place)));
        setting.tokenizer().ifPresent(place -> entries.put(ExperimentKeys.TOKENIZER, path(place)));
        if (setting.precision() != Precision.FP32) {
            entries.put(ExperimentKeys.PRECISION, new Scalar(setting.precision().word(), false, ORIGIN));
        }
        entries.putAll(ConfigTree.of(setting.config(), setting.plugin()).entries());
        return new Mapping(entries, ORIGIN);
    }

    private static Scalar path(Path place) {
        return new Scalar(place.toString(), true, ORIGIN);
    }

    static String hash(Experiment experiment) {
        Mapping tree = tree(experiment);
        TreeHash hash = new TreeHash();
        hash.add(tree.without(NOT_IN_HASH));
        if (tree.entries().get(ExperimentKeys.STEPS) instanceof Mapping steps) {
            steps.entries().forEach((name, step) -> {
                hash.add(name);
                hash.add(step);
            });
        }
        return hash.hex();
    }
}
