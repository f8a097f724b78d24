package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.report.StepResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {

    @TempDir
    private Path folder;

    private final CommandLineRun command = new CommandLineRun();

    @Test
    void whatTrainsIsRefusedByName() {
        assertThat(command.run("evaluate", "shapes/tiny.yaml", "--runs", folder, "--set", "steps.representation=null"))
                .isEqualTo(2);
        assertThat(command.err())
                .contains("steps: expected steps that evaluate, found vision-pretraining (vision-pretraining),"
                        + " language-pretraining (text-pretraining), generative (generative). Use querent run")
                .doesNotContain("captioning");
        assertThat(folder.resolve("tiny")).doesNotExist();
    }

    private Path experiment(String name, String steps) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "threads: 1\ndata: {plugin: shapes, train-samples: 5, validation-samples: 2, test-samples: 3}\n"
                        + BegunRun.VISION + BegunRun.BRIDGE + BegunRun.OPT + "\n" + steps);
    }

    /** Each step reads the data that it names; one that names none reads the experiment's. */
    @Test
    void stepsEvaluateOnDataOfTheirOwn() throws IOException {
        Path file = experiment("evaluation.yaml", """
                steps:
                  captions: {plugin: captioning-evaluation, partition-size: 2, decoding: {max-new-tokens: 3}}
                  others:
                    plugin: captioning-evaluation
                    decoding: {max-new-tokens: 3}
                    data: {plugin: shapes, train-samples: 5, validation-samples: 2, test-samples: 4}
                  questions:
                    plugin: question-evaluation
                    images: 1
                    prompt: "Question: {} Answer:"
                    data: {plugin: shapes, train-samples: 5, validation-samples: 2, test-samples: 4}
                """);
        assertThat(command.run("evaluate", file, "--runs", folder, "--data", folder))
                .as(command.err())
                .isZero();
        assertThat(numberOf("captions", "images")).isEqualTo(3);
        assertThat(numberOf("others", "images")).isEqualTo(4);
        assertThat(numberOf("questions", "images")).isEqualTo(1);
        assertThat(folder.resolve("evaluation/report/report.md")).exists();
        assertThat(folder.resolve("evaluation/steps/captions/parts")).doesNotExist();
        assertThat(Files.readString(folder.resolve("evaluation/resolved.yaml"))).contains("test-samples: 4");
        command.clear();
        assertThat(command.run("evaluate", file, "--runs", folder, "--data", folder))
                .isZero();
        assertThat(command.out()).contains("is finished already");
    }

    @Test
    void aFileInAStepsPlaceIsToldByName() throws IOException {
        Path file = experiment(
                "blocked.yaml", "steps: {captions: {plugin: captioning-evaluation, decoding: {max-new-tokens: 3}}}");
        Path place = folder.resolve("blocked/steps/captions");
        Files.createDirectories(place.getParent());
        Files.writeString(place, "in the way");
        assertThat(command.run("evaluate", file, "--runs", folder, "--data", folder))
                .isEqualTo(1);
        assertThat(command.err()).contains("step captions can't use its folder: " + place);
    }

    private double numberOf(String step, String name) {
        return StepResults.read(folder.resolve("evaluation/steps").resolve(step))
                .orElseThrow()
                .numbers()
                .get(name);
    }

    @Test
    void dataThatIsNotThereIsNamed() throws IOException {
        Path file = Files.writeString(
                folder.resolve("missing.yaml"), """
                data: {plugin: shapes, train-samples: 5, validation-samples: 2, test-samples: 3}
                %s%s%s
                steps:
                  questions:
                    plugin: question-evaluation
                    benchmark: gqa
                    data: {plugin: gqa, images: nowhere/images, test: nowhere/testdev.json}
                """.formatted(BegunRun.VISION, BegunRun.BRIDGE, BegunRun.OPT));
        assertThat(command.run("validate", file)).as(command.err()).isZero();
        assertThat(command.run("evaluate", file, "--runs", folder, "--data", folder))
                .isEqualTo(1);
        assertThat(command.err()).contains("data.test: there is no folder nowhere/images");
    }
}
