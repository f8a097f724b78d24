package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.report.StepResults;
import dev.querent.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of the paper's tables without training run as they are, on tiny checkpoints and a few images under the benchmarks' names. */
class TablesTest {

    @TempDir
    private Path folder;

    private TinyBenchmarks data;
    private final CommandLineRun command = new CommandLineRun();

    @BeforeEach
    void benchmarks() throws IOException {
        data = new TinyBenchmarks(folder.resolve("data"));
    }

    /** The file with the places of the test's data and checkpoints. */
    private Path table(String name, String checkpoint) throws IOException {
        Path model = Golden.folder(TablesTest.class, "/dev/querent/app/blip2/" + checkpoint);
        String yaml = Files.readString(Path.of("blip2/tables", name))
                .replace(": data/", ": " + data.file("") + "/")
                .replaceAll("checkpoints/[-a-z0-9.]+[a-z0-9]", model.toString());
        return Files.writeString(folder.resolve(name), yaml);
    }

    private void evaluate(Path table, String... settings) {
        command.clear();
        List<Object> arguments =
                new ArrayList<>(List.of("evaluate", table, "--runs", folder, "--data", folder, "--set", "threads=1"));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        assertThat(command.run(arguments.toArray())).as(command.err()).isZero();
    }

    /** The step's file, scored by the command. */
    private void assertScored(Path step, String benchmark, String annotations) {
        assertThat(StepResults.read(step).orElseThrow().numbers())
                .containsEntry("images", (double) TinyBenchmarks.IMAGES);
        command.clear();
        assertThat(command.run(
                        "metrics",
                        "--benchmark",
                        benchmark,
                        "--annotations",
                        data.file(annotations),
                        "--predictions",
                        step.resolve("predictions.json")))
                .as(command.err())
                .isZero();
        assertThat(command.out()).contains(": " + TinyBenchmarks.IMAGES + " ");
    }

    @Test
    void zeroShotVqa() throws IOException {
        evaluate(table("zero-shot-vqa.yaml", "opt"));
        assertAnswered("blip2-zero-shot-vqa");
        evaluate(table("zero-shot-vqa-flan-t5-xl.yaml", "t5"));
        assertAnswered("blip2-zero-shot-vqa-flan-t5-xl");
    }

    private void assertAnswered(String run) {
        Path steps = folder.resolve(run).resolve("steps");
        assertScored(steps.resolve("vqav2-val"), "vqav2", "vqa/v2_mscoco_val2014_annotations.json");
        assertScored(steps.resolve("vqav2-test-dev"), "vqav2", "vqa/v2_mscoco_val2014_annotations.json");
        assertScored(steps.resolve("okvqa"), "okvqa", "okvqa/mscoco_val2014_annotations.json");
        assertScored(steps.resolve("gqa"), "gqa", "gqa/testdev_balanced_questions.json");
        assertThat(StepResults.read(steps.resolve("vqav2-test-dev"))
                        .orElseThrow()
                        .numbers())
                .doesNotContainKey("accuracy");
    }

    /** The tiny model has 32 positions and looks at images of side 12. */
    @Test
    void captioning() throws IOException {
        evaluate(
                table("captioning.yaml", "opt"),
                "vision.image-size=12",
                "steps.nocaps.decoding.max-new-tokens=9",
                "steps.coco.decoding.max-new-tokens=9");
        Path steps = folder.resolve("blip2-captioning/steps");
        assertScored(steps.resolve("nocaps"), "nocaps", "nocaps/nocaps_val_4500_captions.json");
        assertScored(steps.resolve("coco"), "coco-captions", "coco/references.json");
        assertThat(StepResults.read(steps.resolve("nocaps")).orElseThrow().numbers())
                .containsKeys("cider", "cider-near-domain");
    }
}
