package dev.querent.experiment;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import dev.querent.config.Origin;
import dev.querent.plugin.ConfigTree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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

    private static Mapping tree(PluginSetting setting) {
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        entries.put(ExperimentKeys.PLUGIN, new Scalar(setting.plugin().name(), false, ORIGIN));
        setting.checkpoint().ifPresent(place -> entries.put(ExperimentKeys.CHECKPOINT, path(place)));
        setting.tokenizer().ifPresent(place -> entries.put(ExperimentKeys.TOKENIZER, path(place)));
        entries.putAll(ConfigTree.of(setting.config()).entries());
        return new Mapping(entries, ORIGIN);
    }

    private static Scalar path(Path place) {
        return new Scalar(place.toString(), true, ORIGIN);
    }

    static String hash(Experiment experiment) {
        Mapping tree = tree(experiment);
        StringBuilder text = new StringBuilder();
        append(tree.without(NOT_IN_HASH), text);
        if (tree.entries().get(ExperimentKeys.STEPS) instanceof Mapping steps) {
            steps.entries().forEach((name, step) -> {
                text.append(quoted(name));
                append(step, text);
            });
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void append(ConfigNode node, StringBuilder text) {
        if (node instanceof Mapping mapping) {
            text.append('{');
            new TreeMap<>(mapping.entries()).forEach((key, value) -> {
                text.append(quoted(key));
                append(value, text);
            });
            text.append('}');
        } else if (node instanceof Sequence sequence) {
            text.append('[');
            sequence.items().forEach(item -> append(item, text));
            text.append(']');
        } else {
            text.append(quoted(((Scalar) node).text()));
        }
    }

    /** Length first, so that no two different trees give one text. */
    private static String quoted(String text) {
        return text.length() + ":" + text;
    }
}
