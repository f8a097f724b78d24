package dev.querent.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.querent.config.Problem;
import dev.querent.plugin.PluginRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudyLoaderTest {

    @TempDir
    private Path folder;

    private final StudyLoader loader =
            new StudyLoader(PluginRegistry.of(Fakes.Scenes.class, Fakes.Training.class, Fakes.Picky.class));

    @BeforeEach
    void writeBase() throws IOException {
        Files.writeString(folder.resolve("base.yaml"), """
                name: ignored
                threads: 1
                data: {plugin: fake-scenes}
                steps:
                  first: {plugin: fake-training, steps: 5}
                  second: {plugin: fake-training}
                """);
    }

    private Study study(String text) throws IOException {
        return loader.load(Files.writeString(folder.resolve("some-study.yaml"), text));
    }

    @Test
    void everyVariantHasEverySeed() throws IOException {
        Study study = study("""
                base: base.yaml
                seeds: [3, 1]
                changes: {data: {count: 7}}
                variants:
                  fast: {steps: {second: {rate: {peak: 0.5}}}}
                  alone: {steps: {first: null}}
                  fast-alone: {extends: fast, steps: {first: null}}
                """);
        List<Study.Run> runs = loader.runs(study);

        assertThat(runs)
                .extracting(run -> run.experiment().name())
                .containsExactly(
                        "some-study--base--seed3",
                        "some-study--base--seed1",
                        "some-study--fast--seed3",
                        "some-study--fast--seed1",
                        "some-study--alone--seed3",
                        "some-study--alone--seed1",
                        "some-study--fast-alone--seed3",
                        "some-study--fast-alone--seed1");
        assertThat(runs).extracting(run -> run.experiment().seed()).startsWith(3L, 1L, 3L, 1L);
        assertThat(runs)
                .allSatisfy(
                        run -> assertThat(run.experiment().data().config()).isEqualTo(new Fakes.Scenes.Config(7, 64)));
        Experiment last = runs.get(7).experiment();
        assertThat(last.steps()).containsOnlyKeys("second");
        assertThat(((Fakes.Training.Config) last.steps().get("second").config())
                        .rate()
                        .peak())
                .isEqualTo(0.5);
        assertThat(study.variants())
                .extracting(Study.Variant::against)
                .containsExactly(Optional.empty(), Optional.of("base"), Optional.of("base"), Optional.of("fast"));
    }

    @Test
    void aGridHasEveryCombination() throws IOException {
        Study study = study("""
                base: base.yaml
                seeds: [1]
                parallel: 3
                metrics: [second.accuracy]
                grid:
                  data.count: [1, 2]
                  which:
                    both: {steps: {first: {steps: 9}}}
                    one: {steps: {first: null}}
                """);

        assertThat(study.variants())
                .extracting(Study.Variant::name)
                .containsExactly("base", "count-1_both", "count-1_one", "count-2_both", "count-2_one");
        assertThat(study.parallel()).isEqualTo(3);
        assertThat(study.metrics()).containsExactly("second.accuracy");
        Experiment last = loader.runs(study).get(4).experiment();
        assertThat(last.data().config()).isEqualTo(new Fakes.Scenes.Config(2, 64));
        assertThat(last.steps()).containsOnlyKeys("second");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "variants: {a: {extends: b}, b: {extends: a}} | goes in a circle: a extends b extends a",
                "variants: {a: {extends: a}}                  | goes in a circle: a extends a",
                "variants: {fast: {}, a: {extends: fats}}     | expected the name of another variant, found \"fats\". Did you mean fast?",
                "variants: {a: {}, a: {}}                     | the key a is there twice",
                "variants: {base: {seed: 2}}                  | base is the experiment as it is",
                "variants: {../up: {}}                        | a variant's name is of letters",
                "variants: {a--b: {}}                         | a variant's name is of letters",
                "variants: {a: 3}                             | expected a map of changed settings, found \"3\"",
                "variants: [a]                                | expected a map by name, found a list",
                "changes: 3                                   | expected a map of settings for all variants",
                "grid: {data.count: 3}                        | expected a list of values",
                "grid: {data.count: []}                       | expected at least one choice",
                "grid: {data.count: [1, 1]}                   | makes a variant count-1, which is there already",
                "grid: {data.count: [a/b]}                    | makes a variant called \"count-a/b\"",
                "varaints: {a: {}}                            | varaints: ",
                "parallel: 0                                  | parallel: expected a number from 1 to 64, found 0",
                "name: a/b                                    | name: expected at most 40",
                "name: a--b                                   | name: expected at most 40"
            })
    void mistakesOfTheStudy(String line, String sentence) {
        assertThat(problems("base: base.yaml\nseeds: [1]\n" + line)).contains(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "seeds: [1]                     | base: missing",
                "base: base.yaml                | seeds: missing",
                "{base: base.yaml, seeds: []}   | seeds: expected 1 to 100 whole numbers, found 0",
                "{base: base.yaml, seeds: [1, 1]} | seeds: expected each once",
                "{base: base.yaml, seeds: [x]}  | seeds",
                "{base: nowhere.yaml, seeds: [1]} | there is no file",
                "{base: some-study.yaml, seeds: [1]} | seeds: "
            })
    void mistakesOfTheRest(String text, String sentence) {
        assertThat(problems(text)).contains(sentence);
    }

    @Test
    void aMistakeOfAVariantIsToldWithItsName() {
        assertThat(problems("""
                base: base.yaml
                seeds: [1, 2]
                variants:
                  wrong: {steps: {first: {stesp: 3}}}
                """))
                .contains("some-study.yaml:4: steps.first.stesp: ")
                .contains("Did you mean steps?")
                .contains("(in the variant wrong)");
    }

    private String problems(String text) {
        ExperimentException refused = catchThrowableOfType(ExperimentException.class, () -> loader.runs(study(text)));
        assertThat(refused).isNotNull();
        return String.join(
                "\n", refused.problems().stream().map(Problem::toString).toList());
    }
}
