package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.report.StepResults;
import dev.querent.testing.Golden;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of the paper's tables run as they are, on tiny checkpoints and a few images under the benchmarks' names. */
class TablesTest {

    private static final int IMAGES = 5;

    @TempDir
    private Path folder;

    private Path data;
    private final CommandLineRun command = new CommandLineRun();

    @BeforeEach
    void benchmarks() throws IOException {
        data = folder.resolve("data");
        for (int i = 0; i < IMAGES; i++) {
            picture("coco/val2014/" + coco("val2014", i), i);
            picture("coco/test2015/" + coco("test2015", i), i);
            picture("gqa/images/" + i + ".jpg", i);
            picture("nocaps/val/" + i + ".jpg", i);
        }
        write("vqa/v2_OpenEnded_mscoco_val2014_questions.json", questions("val2014"));
        write("vqa/v2_mscoco_val2014_annotations.json", annotations());
        write("vqa/v2_OpenEnded_mscoco_test-dev2015_questions.json", questions("test-dev2015"));
        write("okvqa/OpenEnded_mscoco_val2014_questions.json", questions("val2014"));
        write("okvqa/mscoco_val2014_annotations.json", annotations());
        write(
                "gqa/testdev_balanced_questions.json",
                "{" + each("'2%1$d': {'imageId': '%1$d', 'question': 'Is it?', 'answer': 'no', 'isBalanced': true}")
                        + "}");
        String captions =
                ", 'annotations': [" + each("{'id': %1$d, 'image_id': %1$d, 'caption': 'Picture %1$d.'}") + "]}";
        write(
                "nocaps/nocaps_val_4500_captions.json",
                "{'images': [" + each("{'id': %1$d, 'file_name': '%1$d.jpg', 'domain': 'near-domain'}") + "]"
                        + captions);
        write(
                "coco/dataset_coco.json",
                "{'images': ["
                        + each("{'filepath': 'val2014', 'filename': 'COCO_val2014_00000000000%1$d.jpg', 'cocoid': %1$d,"
                                + " 'split': 'test', 'sentences': [{'raw': 'Picture %1$d.'}]}")
                        + "]}");
        write("coco/references.json", "{'images': [" + each("{'id': %1$d}") + "]" + captions);
    }

    private static String coco(String subset, int image) {
        return String.format(Locale.ROOT, "COCO_%s_%012d.jpg", subset, image);
    }

    private void picture(String name, int seed) throws IOException {
        Path file = data.resolve(name);
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(20, 14, BufferedImage.TYPE_INT_RGB);
        image.setRGB(seed, seed, 0xff0000);
        ImageIO.write(image, "jpg", file.toFile());
    }

    private void write(String name, String json) throws IOException {
        Path file = data.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json.replace('\'', '"'));
    }

    private static String each(String template) {
        return IntStream.range(0, IMAGES)
                .mapToObj(i -> String.format(Locale.ROOT, template, i))
                .collect(Collectors.joining(", "));
    }

    private static String questions(String subset) {
        return "{'data_subtype': '" + subset + "', 'questions': ["
                + each("{'image_id': %1$d, 'question_id': 1%1$d, 'question': 'What is it?'}") + "]}";
    }

    private static String annotations() {
        String ten = String.join(", ", Collections.nCopies(10, "{'answer': 'net'}"));
        return "{'data_subtype': 'val2014', 'annotations': ["
                + each("{'question_id': 1%1$d, 'answer_type': 'other', 'answers': [" + ten + "]}") + "]}";
    }

    /** The file with the places of the test's data and checkpoints. */
    private Path table(String name, String checkpoint) throws IOException {
        Path model = Golden.folder(TablesTest.class, "/dev/querent/app/blip2/" + checkpoint);
        String yaml = Files.readString(Path.of("blip2/tables", name))
                .replace(": data/", ": " + data + "/")
                .replaceAll("checkpoints/[-a-z0-9.]+[a-z0-9]", model.toString());
        return Files.writeString(folder.resolve(name), yaml);
    }

    private void evaluate(Path table, String... settings) {
        command.clear();
        List<Object> arguments = new java.util.ArrayList<>(
                List.of("evaluate", table, "--runs", folder, "--data", folder, "--set", "threads=1"));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        assertThat(command.run(arguments.toArray())).as(command.err()).isZero();
    }

    /** The step's file, scored by the command. */
    private void assertScored(Path step, String benchmark, String annotations) {
        assertThat(StepResults.read(step).orElseThrow().numbers()).containsEntry("images", (double) IMAGES);
        command.clear();
        assertThat(command.run(
                        "metrics",
                        "--benchmark",
                        benchmark,
                        "--annotations",
                        data.resolve(annotations),
                        "--predictions",
                        step.resolve("predictions.json")))
                .as(command.err())
                .isZero();
        assertThat(command.out()).contains(": " + IMAGES + " ");
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
