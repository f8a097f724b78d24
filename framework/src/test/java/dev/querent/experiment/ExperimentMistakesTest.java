package dev.querent.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.querent.plugin.PluginRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One test for each kind of mistake a user can make, with the sentence that tells it. FILE stands for the file's path. */
class ExperimentMistakesTest {

    private static final String GOOD = """
            data: {plugin: fake-scenes}
            steps:
              work: {plugin: fake-training}
            """;
    private static final String TRAINING_KEYS =
            "clipping, folder, limit, note, plugin, rate, samples, schedule, shuffle, steps, weights, widths";

    @TempDir
    Path folder;

    private final ExperimentLoader loader = new ExperimentLoader(
            PluginRegistry.of(Fakes.Scenes.class, Fakes.Training.class, Fakes.Picky.class, Fakes.Vit.class));

    @Test
    void wrongTypes() throws IOException {
        assertThat(problems("""
                seed: 1.5
                threads: "2"
                data: {plugin: fake-scenes, count: thirty two}
                steps:
                  work:
                    plugin: fake-training
                    schedule: constnat
                    limit: 90
                    widths: 3
                    weights: [1]
                    rate: fast
                    shuffle: yes
                    steps: 99999999999
                    clipping: .nan
                    samples: [1]
                    note: {a: b}
                """))
                .containsExactly(
                        "FILE:1: seed: expected a whole number such as 1, found \"1.5\"",
                        "FILE:2: threads: expected a whole number such as "
                                + Runtime.getRuntime().availableProcessors() + ", found \"2\". Write it without quotes",
                        "FILE:3: data.count: expected a whole number such as 100, found \"thirty two\"",
                        "FILE:7: steps.work.schedule: expected one of constant, warm-up-cosine, found \"constnat\"."
                                + " Did you mean constant?",
                        "FILE:8: steps.work.limit: expected a duration such as 1h30m, found \"90\"",
                        "FILE:9: steps.work.widths: expected a list of whole numbers, found \"3\"",
                        "FILE:10: steps.work.weights: expected a map of numbers, found a list",
                        "FILE:11: steps.work.rate: expected a map {peak: number, warm-up: whole number}, found \"fast\"",
                        "FILE:12: steps.work.shuffle: expected true or false such as true, found \"yes\"",
                        "FILE:13: steps.work.steps: expected a whole number such as 100, found \"99999999999\"",
                        "FILE:14: steps.work.clipping: expected a number such as 1.0, found \".nan\"",
                        "FILE:15: steps.work.samples: expected a whole number such as 1099511627776, found a list",
                        "FILE:16: steps.work.note: expected text, found a map");
    }

    @Test
    void wrongItems() throws IOException {
        assertThat(problems(GOOD, "steps.work.widths=[1, two, 3, four]", "steps.work.weights={itc: much}"))
                .containsExactly(
                        "--set steps.work.widths=[1, two, 3, four]: steps.work.widths[1]:"
                                + " expected a whole number, found \"two\"",
                        "--set steps.work.widths=[1, two, 3, four]: steps.work.widths[3]:"
                                + " expected a whole number, found \"four\"",
                        "--set steps.work.weights={itc: much}: steps.work.weights.itc:"
                                + " expected a number, found \"much\"");
    }

    @Test
    void unknownKeys() throws IOException {
        assertThat(problems("""
                sead: 1
                data: {plugin: fake-scenes, image-sid: 3}
                steps:
                  work: {plugin: fake-training, rate: {peek: 1}, zebra: null}
                """))
                .containsExactly(
                        "FILE:1: sead: unknown key. Known: bad-sample-limit, bridge, captioner, data, extends, language, name,"
                                + " scorer, seed, steps, threads, vision. Did you mean seed?",
                        "FILE:2: data.image-sid: unknown key. Known: count, image-side, plugin. Did you mean image-side?",
                        "FILE:4: steps.work.zebra: unknown key. Known: " + TRAINING_KEYS + ".",
                        "FILE:4: steps.work.rate.peek: unknown key. Known: peak, warm-up. Did you mean peak?");
    }

    @Test
    void unknownKeysOfOverrides() throws IOException {
        assertThat(problems(GOOD, "thread=2", "steps.work.step=2", "steps.wrok=null", "data.x.y=1"))
                .containsExactly(
                        "--set thread=2: thread: unknown key. Known: bad-sample-limit, bridge, captioner, data, extends, language,"
                                + " name, scorer, seed, steps, threads, vision. Did you mean threads?",
                        "--set data.x.y=1: data.x: unknown key. Known: count, image-side, plugin.",
                        "--set steps.work.step=2: steps.work.step: unknown key. Known: " + TRAINING_KEYS
                                + ". Did you mean steps?",
                        "--set steps.wrok=null: steps.wrok: there is no step of that name to remove. Steps: work."
                                + " Did you mean work?");
    }

    @Test
    void overridesThatAreNone() throws IOException {
        assertThat(problems(GOOD, "threads", "=2", "a..b=1", "seed=[1"))
                .satisfiesExactly(
                        told -> assertThat(told)
                                .isEqualTo("--set threads: expected a dotted key, = and a value, as in"
                                        + " --set bridge.queries=32"),
                        told -> assertThat(told).startsWith("--set =2: expected a dotted key"),
                        told -> assertThat(told).startsWith("--set a..b=1: expected a dotted key"),
                        told -> assertThat(told).startsWith("--set seed=[1: is not YAML: "));
    }

    @Test
    void missingKeys() throws IOException {
        assertThat(problems("""
                vision:
                  plugin: fake-vit
                  image-size: 8
                """))
                .containsExactly(
                        "FILE:1: data: missing; expected a map such as {plugin: NAME}. Known: fake-scenes",
                        "FILE:1: vision.width: missing; expected a whole number (width)",
                        "FILE:1: vision.patch-size: missing; expected a whole number (patch side)",
                        "FILE:1: vision.epsilon: missing; expected a number (norm's epsilon)",
                        "FILE:1: vision.activation: missing; expected one of gelu, quick-gelu (activation)",
                        "FILE:1: steps: missing; expected a map of steps in their order");
    }

    @Test
    void refusedValues() throws IOException {
        assertThat(problems("""
                name: ../up
                threads: 0
                bad-sample-limit: 2
                data: {plugin: fake-scenes, count: 0, image-side: 1000}
                vision: {plugin: fake-vit, width: 1, image-size: 9, patch-size: 2, epsilon: 0, activation: gelu}
                steps:
                  work: {plugin: fake-training, rate: {peak: 7}, samples: -1, steps: none}
                """))
                .containsExactly(
                        "FILE:1: name: expected at most 100 letters, digits, dots, hyphens and underscores, a letter or digit"
                                + " first, found \"../up\"",
                        "FILE:2: threads: expected a number from 1 to 4096, found 0",
                        "FILE:3: bad-sample-limit: expected a number from 0 to 1, found 2",
                        "FILE:4: data.count: expected a whole number of at least 1, found 0",
                        "FILE:4: data.image-side: expected a number from 8 to 512, found 1000",
                        "FILE:5: vision: image-size must be a multiple of patch-size, found 9",
                        "FILE:7: steps.work.steps: expected a whole number such as 100, found \"none\"",
                        "FILE:7: steps.work.rate.peak: expected a number from 0 to 1, found 7",
                        "FILE:7: steps.work.samples: expected a whole number of at least 1, found -1");
    }

    @Test
    void wrongPlugins() throws IOException {
        assertThat(problems("""
                data: fake-scenes
                vision: {plugin: fake-vitt}
                bridge: {queries: 3}
                steps:
                  one: {plugin: fake-scenes}
                  two: {plugin: [a]}
                """))
                .containsExactly(
                        "FILE:1: data: expected a map such as {plugin: NAME}, found \"fake-scenes\". Known: fake-scenes",
                        "FILE:2: vision.plugin: no vision encoder called \"fake-vitt\". Known: fake-vit. Did you mean fake-vit?",
                        "FILE:3: bridge.plugin: missing. Known: none",
                        "FILE:5: steps.one.plugin: no step called \"fake-scenes\". fake-scenes is a dataset."
                                + " Known: fake-picky, fake-training.",
                        "FILE:6: steps.two.plugin: expected a name, found a list. Known: fake-picky, fake-training");
    }

    @Test
    void stepsThatCannotWorkWithTheOtherParts() throws IOException {
        assertThat(problems("""
                data: {plugin: fake-scenes}
                steps:
                  work: {plugin: fake-picky}
                """))
                .containsExactly("FILE:3: steps.work: needs a vision encoder. Write vision: {plugin: fake-vit}");
    }

    @Test
    void wrongSteps() throws IOException {
        assertThat(problems("data: {plugin: fake-scenes}\nsteps: [a]\n"))
                .containsExactly("FILE:2: steps: expected a map of steps in their order, found a list");
        assertThat(problems("data: {plugin: fake-scenes}\nsteps: {}\n"))
                .containsExactly("FILE:2: steps: expected at least one step, found none");
        assertThat(problems("data: {plugin: fake-scenes}\nsteps: {../up: {plugin: fake-training}}\n"))
                .containsExactly("FILE:2: steps.../up: a step's name is of a-z, 0-9 and hyphens, at most 60 characters:"
                        + " it names a folder");
    }

    @Test
    void wrongCheckpoints() throws IOException {
        Path none = folder.resolve("none");
        String vision = "vision: {plugin: fake-vit, checkpoint: '" + none + "'}\n";
        Files.createDirectory(none);
        assertThat(problems(GOOD + vision))
                .containsExactly("FILE:4: vision.checkpoint: expected a checkpoint folder with config.json, found none"
                        + " in " + none);
        Files.writeString(none.resolve("config.json"), "{\"hidden_size\": ");
        assertThat(problems(GOOD + vision))
                .singleElement()
                .asString()
                .startsWith("FILE:4: vision.checkpoint: " + none + "/config.json is not readable JSON: ");
        Files.writeString(
                none.resolve("config.json"),
                "{\"hidden_size\": \"wide\", \"image_size\": 8, \"patch_size\": 4, \"layer_norm_eps\": 1e-6,"
                        + " \"hidden_act\": \"gelu\"}");
        assertThat(problems(GOOD + vision))
                .containsExactly(none + "/config.json: vision.width: expected a whole number, found \"wide\"");
    }

    @Test
    void circlesOfExtends() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), "extends: b.yaml\n");
        Files.writeString(folder.resolve("b.yaml"), "seed: 1\nextends: a.yaml\n");

        assertThat(told(folder.resolve("a.yaml")))
                .containsExactly(folder.resolve("b.yaml")
                        + ":2: extends: goes in a circle: a.yaml extends b.yaml extends a.yaml");
    }

    @Test
    void extendsThatLeadNowhere() throws IOException {
        assertThat(problems("seed: 1\nextends: nowhere.yaml\n"))
                .containsExactly("FILE:2: extends: there is no file " + folder.resolve("nowhere.yaml"));
        assertThat(problems(GOOD + "extends: [a]\n"))
                .containsExactly("FILE:4: extends: expected the path of a file, found a list");
    }

    @Test
    void filesThatCannotBeRead() throws IOException {
        assertThat(told(folder.resolve("none.yaml")))
                .containsExactly(folder.resolve("none.yaml") + ": there is no file " + folder.resolve("none.yaml"));
        assertThat(told(folder)).singleElement().asString().startsWith(folder + ": can't be read: ");
        Path latin = Files.write(folder.resolve("latin.yaml"), "name: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(told(latin)).containsExactly(latin + ": is not UTF-8 text");
    }

    private List<String> problems(String text, String... overrides) throws IOException {
        Path file = Files.writeString(folder.resolve("file.yaml"), text);
        return told(file, overrides).stream()
                .map(told -> told.replace(file.toString(), "FILE"))
                .toList();
    }

    private List<String> told(Path file, String... overrides) {
        ExperimentException e =
                catchThrowableOfType(ExperimentException.class, () -> loader.load(file, List.of(overrides)));
        assertThat(e)
                .hasMessage(String.join(
                        "\n", e.problems().stream().map(Object::toString).toList()));
        return e.problems().stream().map(Object::toString).toList();
    }
}
