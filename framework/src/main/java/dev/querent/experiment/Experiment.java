package dev.querent.experiment;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.YamlWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A validated experiment: every value bound, defaults included. Paths are relative to the current directory.
 *
 * @param name names the run folder
 * @param seed of every random choice
 * @param threads of libtorch
 * @param badSampleLimit share of unusable samples, from 0 to 1, that stops the run
 * @param data a {@code dataset} plugin
 * @param vision a {@code vision-encoder} plugin
 * @param language a {@code language-model} plugin
 * @param bridge a {@code bridge} plugin
 * @param captioner a {@code captioner} plugin, for CapFilt
 * @param scorer an {@code image-text-scorer} plugin, for CapFilt
 * @param steps what is done: the plugins by the step's name, in the order in which they run
 */
public record Experiment(
        String name,
        long seed,
        int threads,
        double badSampleLimit,
        PluginSetting data,
        Optional<PluginSetting> vision,
        Optional<PluginSetting> language,
        Optional<PluginSetting> bridge,
        Optional<PluginSetting> captioner,
        Optional<PluginSetting> scorer,
        Map<String, PluginSetting> steps) {

    public Experiment {
        steps = Collections.unmodifiableMap(new LinkedHashMap<>(steps));
    }

    /** The wired components by role: {@code vision}, {@code language}, {@code bridge}, {@code captioner}, {@code scorer}. */
    public Map<String, PluginSetting> components() {
        Map<String, PluginSetting> components = new LinkedHashMap<>();
        vision.ifPresent(setting -> components.put("vision", setting));
        language.ifPresent(setting -> components.put("language", setting));
        bridge.ifPresent(setting -> components.put("bridge", setting));
        captioner.ifPresent(setting -> components.put("captioner", setting));
        scorer.ifPresent(setting -> components.put("scorer", setting));
        return components;
    }

    /** A sentence for each checkpoint and tokenizer that isn't where the experiment says: it can be checked, but not run. */
    public List<String> missingFiles() {
        List<String> missing = new ArrayList<>();
        components().forEach((role, setting) -> {
            setting.checkpoint()
                    .filter(Files::notExists)
                    .ifPresent(path -> missing.add(role + ".checkpoint: there is nothing at " + path));
            setting.checkpoint()
                    .flatMap(path -> RunCheckpoint.of(path, role))
                    .filter(trained -> trained.weights().isEmpty())
                    .ifPresent(trained -> missing.add(trained.nothingTrained(role)));
            setting.tokenizer()
                    .filter(Files::notExists)
                    .ifPresent(path -> missing.add(role + ".tokenizer: there is nothing at " + path));
        });
        return missing;
    }

    /**
     * A sentence for each component that starts from a checkpoint, by role. Unlike a run that is continued, it brings its weights and
     * nothing of how they were trained.
     */
    public Map<String, String> warmStarts() {
        Map<String, String> sentences = new LinkedHashMap<>();
        components()
                .forEach((role, setting) -> setting.checkpoint()
                        .ifPresent(place -> sentences.put(
                                role,
                                role + " starts from " + RunCheckpoint.weights(place, role)
                                        + " (warm start: optimiser and schedule begin anew)")));
        return sentences;
    }

    /** The same experiment under another name, with another number of threads. */
    public Experiment carriedOut(String newName, int newThreads) {
        return new Experiment(
                newName, seed, newThreads, badSampleLimit, data, vision, language, bridge, captioner, scorer, steps);
    }

    /** The same experiment with no language model wired. */
    public Experiment withoutLanguage() {
        return new Experiment(
                name, seed, threads, badSampleLimit, data, vision, Optional.empty(), bridge, captioner, scorer, steps);
    }

    /** Every value, defaults included, as one would write it. */
    public Mapping resolved() {
        return ResolvedExperiment.tree(this);
    }

    /** {@link #resolved} as YAML: read again, it gives an equal experiment. */
    public String resolvedYaml() {
        return YamlWriter.write(resolved());
    }

    /**
     * What identifies the experiment: SHA-256 in hexadecimal over every value that its results depend on, sorted by key, the
     * order of the steps included. {@code threads} and {@code bad-sample-limit} say how a run is carried out, not what it
     * computes, and don't count.
     */
    public String hash() {
        return ResolvedExperiment.hash(this);
    }
}
