package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.pipeline.StepKeys;
import dev.querent.plugin.PluginJar;
import dev.querent.plugin.PluginRegistry;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step's key changes with what its result depends on, and with nothing else. */
class StepKeysTest {

    private static final Path TINY = Path.of("shapes/tiny.yaml");
    private static final String ALL =
            "vision-pretraining language-pretraining representation generative retrieval captioning questions";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name=other                                      |",
                "threads=7                                       |",
                "bad-sample-limit=0.5                            |",
                "seed=2                                          | " + ALL,
                "data.train-samples=201                          | " + ALL,
                "steps.vision-pretraining.batch-size=9           | vision-pretraining representation generative retrieval"
                        + " captioning questions",
                "vision.layers=3                                 | vision-pretraining representation generative retrieval"
                        + " captioning questions",
                "steps.language-pretraining.batch-size=9         | language-pretraining generative retrieval captioning"
                        + " questions",
                "language.layers=3                               | language-pretraining generative retrieval captioning"
                        + " questions",
                "language.hidden-size=64                         | language-pretraining representation generative retrieval"
                        + " captioning questions",
                "steps.representation.generation=0               | representation generative retrieval captioning questions",
                "bridge.queries=5                                | representation generative retrieval captioning questions",
                "steps.generative.question-share=0.5             | generative retrieval captioning questions",
                "steps.generative.training.learning-rate=0.0005  | generative retrieval captioning questions",
                "steps.captioning.decoding.num-beams=2           | captioning",
                "steps.captioning.reader=bridge                  | captioning",
                "steps.retrieval.split=validation                | retrieval",
                "steps.retrieval=null                            | retrieval"
            })
    void whatAChangeReaches(String change, String reached) {
        assertThat(changed(keys(TINY), keys(TINY, change.strip())))
                .containsExactlyInAnyOrder(reached == null ? new String[0] : reached.split(" "));
    }

    @Test
    void withoutALanguageModelTheBridgeHasNoProjection() {
        List<String> changed = changed(
                keys(TINY, "steps.generative=null", "steps.captioning=null", "steps.questions=null"),
                keys(
                        TINY,
                        "steps.generative=null",
                        "steps.captioning=null",
                        "steps.questions=null",
                        "steps.language-pretraining=null",
                        "language=null"));

        assertThat(changed).containsExactlyInAnyOrder("language-pretraining", "representation", "retrieval");
    }

    @Test
    void theContentOfACheckpointCountsAndNotItsPlace() throws IOException {
        Path first = weights("a", 1);
        Path same = weights("b/c", 1);
        Path other = weights("d", 2);
        Map<String, StepKeys.Key> keys = keys(TINY, "vision.checkpoint=" + first);

        assertThat(changed(keys, keys(TINY, "vision.checkpoint=" + same))).isEmpty();
        assertThat(changed(keys, keys(TINY, "vision.checkpoint=" + other)))
                .contains("vision-pretraining", "retrieval")
                .doesNotContain("language-pretraining");
        assertThat(changed(keys, keys(TINY))).contains("vision-pretraining");
    }

    private Path weights(String place, float value) throws IOException {
        Path file = Files.createDirectories(folder.resolve(place)).resolve("weights.safetensors");
        try (NDManager manager = Torch.newManager()) {
            SafetensorsWriter.write(file, Map.of("w", manager.create(new float[] {value})), Map.of());
        }
        return file;
    }

    @Test
    void aStepThatASettingNamesCounts() throws IOException {
        Path file = Files.writeString(folder.resolve("cached.yaml"), """
                data: {plugin: shapes, train-samples: 20, validation-samples: 2, test-samples: 2}
                vision: {plugin: clip-vit, image-size: 64, patch-size: 16, width: 32, layers: 1, heads: 2, mlp: 64, skipped-blocks: 0}
                bridge: {plugin: q-former, queries: 4, width: 32, layers: 1, heads: 2, mlp: 64, max-positions: 32}
                steps:
                  cache: {plugin: feature-caching}
                  with: {plugin: representation, features: cache}
                  without: {plugin: retrieval-evaluation}
                  another: {plugin: feature-caching}
                """);

        assertThat(changed(keys(file), keys(file, "steps.cache.views=2")))
                .containsExactlyInAnyOrder("cache", "with", "without");
        assertThat(changed(keys(file, "steps.with=null"), keys(file, "steps.with=null", "steps.cache.views=2")))
                .containsExactly("cache");
    }

    @Test
    void aNewVersionOfAStepChangesItsKey() throws IOException {
        Path file = Files.writeString(folder.resolve("versions.yaml"), """
                data: {plugin: shapes, train-samples: 20, validation-samples: 2, test-samples: 2}
                vision: {plugin: clip-vit, image-size: 64, patch-size: 16, width: 32, layers: 1, heads: 2, mlp: 64, skipped-blocks: 0}
                steps:
                  before: {plugin: vision-pretraining}
                  looking: {plugin: looking}
                  after: {plugin: vision-pretraining}
                """);
        Path old = plugins("old", "");
        Path same = plugins("same", ", version = 1");
        Path now = plugins("now", ", version = 2");

        Map<String, StepKeys.Key> keys = keys(PluginRegistry.withJars(old), file);
        assertThat(changed(keys, keys(PluginRegistry.withJars(same), file))).isEmpty();
        assertThat(changed(keys, keys(PluginRegistry.withJars(now), file))).containsExactly("looking", "after");
    }

    /** A folder with a step that makes the vision encoder, as far as it says. */
    private Path plugins(String name, String version) throws IOException {
        Path jars = Files.createDirectories(folder.resolve(name));
        PluginJar.write(
                jars.resolve("looking.jar"),
                folder.resolve(name + "-work"),
                Map.of("org.example.Looking", """
                package org.example;

                @dev.querent.plugin.Plugin(value = "looking"%s)
                public final class Looking implements dev.querent.step.PipelineStep {
                    public record Config() {
                        public static final Config DEFAULTS = new Config();
                    }

                    public Looking(Config config) {}

                    @Override
                    public void run(dev.querent.step.StepContext context) {}
                }
                """.formatted(version)));
        return jars;
    }

    private Map<String, StepKeys.Key> keys(Path file, String... changes) {
        return keys(PluginRegistry.builtIn(), file, changes);
    }

    private Map<String, StepKeys.Key> keys(PluginRegistry registry, Path file, String... changes) {
        try (registry) {
            Experiment experiment = new ExperimentLoader(registry).load(file, Arrays.asList(changes));
            return new StepKeys().of(experiment, () -> experiment.data().create(Dataset.class, new DataFolder(folder)));
        }
    }

    private static List<String> changed(Map<String, StepKeys.Key> before, Map<String, StepKeys.Key> after) {
        Map<String, StepKeys.Key> all = new LinkedHashMap<>(before);
        all.putAll(after);
        List<String> changed = new ArrayList<>();
        for (String step : all.keySet()) {
            StepKeys.Key one = before.get(step);
            StepKeys.Key other = after.get(step);
            if (one == null || other == null || !one.hash().equals(other.hash())) {
                changed.add(step);
            }
        }
        return changed;
    }
}
