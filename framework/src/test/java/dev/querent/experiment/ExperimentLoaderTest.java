package dev.querent.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.plugin.PluginRegistry;
import dev.querent.weights.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentLoaderTest {

    private static final String TINY = """
            seed: 7
            data: {plugin: fake-scenes, image-side: 32}
            steps:
              second: {plugin: fake-training, rate: {warm-up: 5}}
              first: {plugin: fake-training, steps: 3}
            """;

    @TempDir
    Path folder;

    private final ExperimentLoader loader = new ExperimentLoader(
            PluginRegistry.of(Fakes.Scenes.class, Fakes.Training.class, Fakes.Picky.class, Fakes.Vit.class));

    @Test
    void bindsAFileAndBuildsItsPlugins() throws IOException {
        Experiment experiment = loader.load(file("tiny.yaml", TINY));

        assertThat(experiment.name()).isEqualTo("tiny");
        assertThat(experiment.seed()).isEqualTo(7);
        assertThat(experiment.badSampleLimit()).isEqualTo(0.05);
        assertThat(experiment.vision()).isEmpty();
        assertThat(experiment.data().config()).isEqualTo(new Fakes.Scenes.Config(100, 32));
        assertThat(experiment.steps().keySet()).containsExactly("second", "first");
        Dataset data = experiment.data().create(Dataset.class, new DataFolder(folder));
        assertThat(((Fakes.Scenes) data).folder.root()).isEqualTo(folder);
    }

    @Test
    void aPartlyGivenNestedRecordKeepsTheOuterDefaultsRest() throws IOException {
        Experiment experiment = loader.load(file("tiny.yaml", TINY));

        assertThat(training(experiment, "second").rate()).isEqualTo(new Fakes.Training.Rate(2e-4, 5));
    }

    @Test
    void bindsEveryTypeOfField() throws IOException {
        Experiment experiment = loader.load(file("types.yaml", """
                data: {plugin: fake-scenes}
                steps:
                  all:
                    plugin: fake-training
                    steps: 10_000
                    rate: {peak: 1e-3}
                    schedule: constant
                    limit: 1h30m
                    folder: runs/a b
                    widths: [3, 5]
                    weights: {itc: 1, itm: .5}
                    note: no
                    clipping: null
                    shuffle: false
                    samples: 5000000000
                """));

        assertThat(training(experiment, "all"))
                .isEqualTo(new Fakes.Training.Config(
                        10_000,
                        new Fakes.Training.Rate(1e-3, 20),
                        Fakes.Training.Schedule.CONSTANT,
                        Duration.ofMinutes(90),
                        Path.of("runs/a b"),
                        List.of(3, 5),
                        Map.of("itc", 1.0, "itm", 0.5),
                        Optional.of("no"),
                        Optional.empty(),
                        false,
                        5_000_000_000L));
    }

    @Test
    void mapsMergeAndListsReplaceAndNullRemoves() throws IOException {
        file("base.yaml", """
                seed: 3
                data: {plugin: fake-scenes, count: 10, image-side: 16}
                steps:
                  one: {plugin: fake-training, steps: 1, widths: [7, 8, 9]}
                  two: {plugin: fake-training, steps: 2}
                """);
        Path child = file("child.yaml", """
                extends: base.yaml
                seed: null
                data: {image-side: 32}
                steps:
                  two: null
                  one: {widths: [4]}
                  three: {plugin: fake-training}
                """);

        Experiment experiment = loader.load(child);

        assertThat(experiment.name()).isEqualTo("child");
        assertThat(experiment.seed()).isEqualTo(1);
        assertThat(experiment.data().config()).isEqualTo(new Fakes.Scenes.Config(10, 32));
        assertThat(experiment.steps().keySet()).containsExactly("one", "three");
        assertThat(training(experiment, "one").steps()).isEqualTo(1);
        assertThat(training(experiment, "one").widths()).containsExactly(4);
    }

    @Test
    void extendsIsRelativeToItsFileAndPathsToTheCurrentDirectory() throws IOException {
        file("shared/base.yaml", TINY);
        Path child = file("own/child.yaml", """
                extends: ../shared/base.yaml
                steps: {first: {folder: some/where}}
                """);

        assertThat(training(loader.load(child), "first").folder()).isEqualTo(Path.of("some/where"));
    }

    @Test
    void aMapThatNamesAnotherPluginStartsAfresh() throws IOException {
        file("base.yaml", """
                data: {plugin: fake-scenes}
                vision: {plugin: fake-vit, width: 8, image-size: 8, patch-size: 4, epsilon: 1e-5, activation: gelu}
                steps:
                  work: {plugin: fake-training, steps: 1}
                """);
        Path child = file("child.yaml", """
                extends: base.yaml
                steps:
                  work: {plugin: fake-picky}
                """);

        assertThat(loader.load(child).steps().get("work").config()).isEqualTo(new Fakes.Picky.Config());
    }

    @Test
    void overridesReplaceAndRemoveAndAdd() throws IOException {
        Experiment experiment = loader.load(
                file("tiny.yaml", TINY),
                List.of(
                        "seed=9",
                        "seed=10",
                        "name=other",
                        "steps.second=null",
                        "steps.first.rate.peak=1e-2",
                        "steps.first.widths=[1, 2, 3]",
                        "steps.third={plugin: fake-training, steps: 4}",
                        "data.image-side=null"));

        assertThat(experiment.seed()).isEqualTo(10);
        assertThat(experiment.name()).isEqualTo("other");
        assertThat(experiment.steps().keySet()).containsExactly("first", "third");
        assertThat(training(experiment, "first").rate().peak()).isEqualTo(1e-2);
        assertThat(training(experiment, "first").widths()).containsExactly(1, 2, 3);
        assertThat(experiment.data().config()).isEqualTo(new Fakes.Scenes.Config(100, 64));
    }

    @Test
    void overridesOfAnotherPluginAreTakenTogetherInAnyOrder() throws IOException {
        Path file = file("tiny.yaml", """
                data: {plugin: fake-scenes}
                steps: {work: {plugin: fake-picky}}
                """);

        Experiment experiment = loader.load(file, List.of("steps.work.steps=5", "steps.work.plugin=fake-training"));

        assertThat(training(experiment, "work").steps()).isEqualTo(5);
    }

    @Test
    void aCheckpointDecidesSizesAndTheFileHasTheLastWord() throws IOException {
        file("vit/config.json", """
                {"model_type": "clip", "vision_config": {"hidden_size": 1024}, "image_size": 224, "patch_size": 14,
                 "layer_norm_eps": 1e-05, "hidden_act": "quick_gelu"}
                """);
        Path file = file(
                "tiny.yaml",
                TINY + "vision: {plugin: fake-vit, checkpoint: '" + folder.resolve("vit") + "', image-size: 336}\n");

        Experiment experiment = loader.load(file);

        assertThat(experiment.vision().orElseThrow().config())
                .isEqualTo(new Fakes.Vit.Config(1024, 336, 14, 1e-5, Fakes.Vit.Activation.QUICK_GELU));
        assertThat(experiment.vision().orElseThrow().checkpoint()).contains(folder.resolve("vit"));
        assertThat(loader.load(file("resolved.yaml", experiment.resolvedYaml())))
                .isEqualTo(experiment);
    }

    @Test
    void aFrozenComponentHasAPrecision() throws IOException {
        Path file = file(
                "tiny.yaml",
                TINY + "vision: {plugin: fake-vit, width: 8, image-size: 8, patch-size: 4,"
                        + " epsilon: 1.0e-5, activation: gelu, precision: bf16}\n");

        Experiment experiment = loader.load(file);

        assertThat(experiment.vision().orElseThrow().precision()).isEqualTo(Precision.BF16);
        assertThat(loader.load(file("resolved.yaml", experiment.resolvedYaml())))
                .isEqualTo(experiment);
        assertThatThrownBy(() -> loader.load(file, List.of("vision.precision=half")))
                .hasMessageContaining("vision.precision: expected fp32, bf16 or fp16, found \"half\"");
    }

    @Test
    void theResolvedFileGivesTheSameExperiment() throws IOException {
        Experiment experiment = loader.load(
                file("tiny.yaml", TINY),
                List.of(
                        "steps.first.note=\"say: \\\"32\\\" # or 'null'\\n\\t\\u00e9 \\u2028 \\U0001F600 - {x}\"",
                        "steps.second.note=\"true\"",
                        "steps.second.clipping=null",
                        "steps.first.weights={b: 1, a: -2.5e-7}",
                        "steps.first.folder=C:\\x y",
                        "steps.first.limit=1d2h3m4s5ms"));

        Path resolved = file("resolved.yaml", experiment.resolvedYaml());

        assertThat(loader.load(resolved)).isEqualTo(experiment);
        assertThat(loader.load(resolved).resolvedYaml()).isEqualTo(experiment.resolvedYaml());
        assertThat(loader.load(resolved).hash()).isEqualTo(experiment.hash());
    }

    @Test
    void theResolvedFileShowsEveryValue() throws IOException {
        Experiment experiment = loader.load(file("tiny.yaml", TINY), List.of("steps.second=null", "threads=2"));

        assertThat(experiment.resolvedYaml()).isEqualTo("""
                name: tiny
                seed: 7
                threads: 2
                bad-sample-limit: 0.05
                data:
                  plugin: fake-scenes
                  count: 100
                  image-side: 32
                steps:
                  first:
                    plugin: fake-training
                    steps: 3
                    rate:
                      peak: 2.0E-4
                      warm-up: 20
                    schedule: warm-up-cosine
                    limit: 1h30m
                    folder: "some folder"
                    widths: [1, 2]
                    weights:
                      itc: 1.0
                    clipping: 1.0
                    shuffle: true
                    samples: 1099511627776
                """);
    }

    @Test
    void theHashIsOfTheValuesNotOfTheText() throws IOException {
        String hash = loader.load(file("tiny.yaml", TINY)).hash();

        assertThat(hash).isEqualTo("96cf10dac9a3f90c574513c2aa976989b6ef9a175cfa6cfba6c4765bd9dcee3c");
        assertThat(loader.load(file("tiny.yaml", """
                # the same in other words
                steps:
                  "second":
                    rate: {warm-up: +5, peak: 0.0002}
                    plugin: 'fake-training'
                  first: {steps: 3, plugin: fake-training, schedule: warm-up-cosine}
                data: {image-side: 32, plugin: fake-scenes, count: 100}
                threads: 1
                bad-sample-limit: 0.5
                seed: 7
                """)).hash()).isEqualTo(hash);
        assertThat(loader.load(file("tiny.yaml", TINY), List.of("steps.first.steps=4"))
                        .hash())
                .isNotEqualTo(hash);
        assertThat(loader.load(file("tiny.yaml", """
                seed: 7
                data: {plugin: fake-scenes, image-side: 32}
                steps:
                  first: {plugin: fake-training, steps: 3}
                  second: {plugin: fake-training, rate: {warm-up: 5}}
                """)).hash())
                .as("another order of steps")
                .isNotEqualTo(hash);
    }

    private Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static Fakes.Training.Config training(Experiment experiment, String step) {
        return (Fakes.Training.Config) experiment.steps().get(step).config();
    }
}
