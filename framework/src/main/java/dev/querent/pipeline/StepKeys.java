package dev.querent.pipeline;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import dev.querent.config.Origin;
import dev.querent.data.Dataset;
import dev.querent.data.DatasetDigest;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.StepRecord;
import dev.querent.experiment.TreeHash;
import dev.querent.random.RunSeed;
import dev.querent.step.PipelineStep;
import dev.querent.torch.Torch;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The keys of an experiment's steps: SHA-256 over everything that a step's result depends on. Two steps of equal keys have equal results,
 * whichever runs they belong to. Data sets and files that several experiments name are looked at once.
 */
public final class StepKeys {

    /** Raised when results change through code that is no plugin's: layers, kernels, training, the order of data. */
    private static final int FRAMEWORK = 1;

    private static final Origin ORIGIN = Origin.of("key");
    private static final Set<String> PLACES = Set.of("checkpoint", "tokenizer");

    private final InputFiles files = new InputFiles();
    private final Map<String, Dataset> datasets = new HashMap<>();
    private final Map<String, String> digests = new HashMap<>();
    private final Map<String, String> shapes = new HashMap<>();

    /**
     * A step's key.
     *
     * @param hash in hexadecimal
     * @param inputs what it is the hash of
     */
    public record Key(String hash, Mapping inputs) {

        /** The record of the step, which has just ended in its folder. */
        StepRecord record(String run, double seconds, Path folder) {
            return StepRecord.of(hash, run, seconds, FlatSettings.of(inputs), folder);
        }
    }

    /**
     * The keys by step, in the experiment's order.
     *
     * @param dataset opens the experiment's data set
     */
    public Map<String, Key> of(Experiment experiment, Supplier<Dataset> dataset) {
        return new Work(experiment, dataset).keys();
    }

    /** On one experiment. */
    private final class Work {
        private final Experiment experiment;
        private final Dataset dataset;
        private final Map<String, ConfigNode> data;

        /** The key of the latest step that makes a role. */
        private final Map<String, String> makers = new HashMap<>();

        Work(Experiment experiment, Supplier<Dataset> source) {
            this.experiment = experiment;
            String settings = TreeHash.of(experiment.data().tree());
            Dataset known = datasets.get(settings);
            dataset = known == null ? source.get() : known;
            datasets.put(settings, dataset);
            data = setting(experiment.data(), files.named(experiment.data()));
            data.put("content", scalar(digests.computeIfAbsent(settings, same -> DatasetDigest.of(dataset))));
        }

        Map<String, Key> keys() {
            Map<String, Key> keys = new LinkedHashMap<>();
            experiment.steps().forEach((name, setting) -> {
                PipelineStep step = setting.create(PipelineStep.class);
                Mapping inputs = inputs(name, setting, step, keys);
                Key key = new Key(TreeHash.of(inputs), inputs);
                keys.put(name, key);
                step.makes().forEach(role -> makers.put(role, key.hash()));
            });
            return Collections.unmodifiableMap(keys);
        }

        private Mapping inputs(String name, PluginSetting setting, PipelineStep step, Map<String, Key> earlier) {
            Map<String, ConfigNode> inputs = new TreeMap<>();
            inputs.put("framework", scalar(FRAMEWORK));
            inputs.put("libtorch", scalar(Torch.version()));
            inputs.put("seed", scalar(experiment.seed()));
            inputs.put("name", scalar(name)); // kept with the weights
            inputs.put("step", new Mapping(setting(setting, files.named(setting)), ORIGIN));
            inputs.put("data", made("data", data));
            for (String role : step.uses()) {
                PluginSetting component = experiment.components().get(role);
                if (component != null) {
                    inputs.put(role, made(role, setting(component, files.of(component, role))));
                }
            }
            if (inputs.containsKey("bridge") && experiment.vision().isPresent()) {
                inputs.put("joins", scalar(shape()));
            }
            Map<String, ConfigNode> named = new TreeMap<>();
            earlier.forEach((other, key) -> {
                if (names(setting.tree(), other)) {
                    named.put(other, scalar(key.hash()));
                }
            });
            inputs.put("steps", new Mapping(named, ORIGIN));
            return new Mapping(inputs, ORIGIN);
        }

        private Mapping made(String role, Map<String, ConfigNode> settings) {
            Map<String, ConfigNode> all = new TreeMap<>(settings);
            String maker = makers.get(role);
            if (maker != null) {
                all.put("made-by", scalar(maker));
            }
            return new Mapping(all, ORIGIN);
        }

        /** All that a bridge knows of what it joins: the language model's width, say, not the model. */
        private String shape() {
            Map<String, ConfigNode> parts = new TreeMap<>();
            experiment.components().forEach((role, setting) -> parts.put(role, setting.tree()));
            parts.put("data", new Mapping(data, ORIGIN));
            return shapes.computeIfAbsent(TreeHash.of(new Mapping(parts, ORIGIN)), same -> {
                ModelBuilder builder =
                        new ModelBuilder(experiment.components(), new RunSeed(experiment.seed()), dataset::words);
                return builder.shape().toString();
            });
        }
    }

    private static Map<String, ConfigNode> setting(PluginSetting setting, Map<String, String> hashes) {
        Map<String, ConfigNode> entries = new TreeMap<>();
        entries.put("settings", setting.tree().without(PLACES));
        entries.put("version", scalar(setting.plugin().version()));
        Map<String, ConfigNode> read = new TreeMap<>();
        hashes.forEach((file, hash) -> read.put(file, scalar(hash)));
        entries.put("files", new Mapping(read, ORIGIN));
        return entries;
    }

    /** Whether a setting is the name of another step, as {@code features} is. */
    private static boolean names(ConfigNode node, String step) {
        if (node instanceof Mapping mapping) {
            return mapping.entries().entrySet().stream()
                    .anyMatch(entry -> !entry.getKey().equals("plugin") && names(entry.getValue(), step));
        }
        if (node instanceof Sequence sequence) {
            return sequence.items().stream().anyMatch(item -> names(item, step));
        }
        return node instanceof Scalar scalar && scalar.quoted() && scalar.text().equals(step);
    }

    private static Scalar scalar(Object value) {
        return new Scalar(value.toString(), false, ORIGIN);
    }
}
