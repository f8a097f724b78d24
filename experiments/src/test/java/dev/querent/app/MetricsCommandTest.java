package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MetricsCommandTest {

    @TempDir
    private Path folder;

    private final CommandLineRun run = new CommandLineRun();
    private Path annotations = Path.of("");
    private Path predictions = Path.of("");

    @BeforeEach
    void twoQuestions() throws IOException {
        annotations = write(
                "annotations.json",
                "{\"annotations\": [" + question(1, "number", "two") + ", " + question(2, "yes/no", "yes") + "]}");
        predictions = write(
                "predictions.json",
                "[{\"question_id\": 2, \"answer\": \"Yes.\"}, {\"question_id\": 1, \"answer\": \"2\"}]");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** Nine people say one thing, one another; of yes/no questions all say the same. */
    private static String question(int id, String type, String answer) {
        StringBuilder answers = new StringBuilder();
        for (int i = 1; i <= 10; i++) {
            answers.append(i == 1 ? "" : ", ")
                    .append("{\"answer_id\": " + i + ", \"answer\": \""
                            + (i == 10 && type.equals("number") ? "three" : answer) + "\"}");
        }
        return "{\"question_id\": " + id + ", \"answer_type\": \"" + type
                + "\", \"question_type\": \"what\", \"answers\": [" + answers + "]}";
    }

    private int metrics(Object... more) {
        Object[] all = new Object[more.length + 5];
        all[0] = "metrics";
        all[1] = "--annotations";
        all[2] = annotations;
        all[3] = "--predictions";
        all[4] = predictions;
        System.arraycopy(more, 0, all, 5, more.length);
        run.clear();
        return run.run(all);
    }

    @Test
    void theVariantsDifferAsTheirProgramsDo() {
        // official: "2" is "two" among people who differ, "Yes." isn't "yes" where all agree
        assertOverall(50, "--variant", "official");
        assertOverall(50);
        // LAVIS: people's "two" stays, "Yes." is "yes"
        assertOverall(50, "--variant", "LAVIS");
        assertOverall(100, "--variant", "lmms");
    }

    private void assertOverall(double expected, Object... options) {
        Object[] all = new Object[options.length + 3];
        all[0] = "--benchmark";
        all[1] = "vqav2";
        all[2] = "--json";
        System.arraycopy(options, 0, all, 3, options.length);
        assertThat(metrics(all)).as(run.err()).isZero();
        JsonNode json = JsonMapper.shared().readTree(run.out());
        assertThat(json.propertyNames().iterator().next()).isEqualTo("overall");
        assertThat(json.path("overall").doubleValue()).isCloseTo(expected, within(1e-9));
        assertThat(json.path("per-answer-type").propertyNames()).containsExactly("number", "yes/no");
        assertThat(json.path("items").intValue()).isEqualTo(2);
    }

    @Test
    void withoutJsonItReadsAsTheToolPrints() {
        assertThat(metrics("--benchmark", "OK-VQA", "--variant", "lavis")).isZero();
        assertThat(run.out().lines())
                .startsWith("okvqa, lavis: 2 questions, accuracy in percent", "overall", "  accuracy  50.00");
        assertThat(run.out()).contains("per-answer-type", "  number  0.00", "  yes/no  100.00");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void captionsAndRankingsHaveSeveralMeasures() throws IOException {
        annotations = write(
                "captions.json",
                "{\"images\": [{\"id\": 1}, {\"id\": 2}], \"annotations\": [{\"id\": 1, \"image_id\": 1, \"caption\": \"A dog runs.\"},"
                        + " {\"id\": 2, \"image_id\": 2, \"caption\": \"Two cats sleep here.\"}]}");
        predictions = write(
                "results.json",
                "[{\"image_id\": 1, \"caption\": \"a dog runs\"}, {\"image_id\": 2, \"caption\": \"two cats\"}]");
        assertThat(metrics("--benchmark", "coco-captions", "--json")).isZero();
        JsonNode json = JsonMapper.shared().readTree(run.out());
        assertThat(json.propertyNames().iterator().next()).isEqualTo("overall");
        assertThat(json.path("overall").propertyNames())
                .containsExactly("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr");
        assertThat(run.err()).contains("no METEOR and no SPICE without --scorers");
        predictions = write(
                "rankings.json", "[{\"image_id\": 1, \"ranking\": [1, 2]}, {\"image_id\": 2, \"ranking\": [1, 2]}]");
        assertThat(metrics("--benchmark", "flickr30k-retrieval")).as(run.err()).isZero();
        assertThat(run.out()).contains("txt_r1      50.00", "txt_r5      100.00");
    }

    @Test
    void wrongFilesEndWithTwoAndASentence() throws IOException {
        predictions = write("predictions.json", "[{\"question_id\": 2, \"answer\": \"Yes.\"}]");
        assertRefused("question_id: no prediction for id 1", "--benchmark", "vqav2");
        predictions = folder.resolve("gone.json");
        assertRefused(predictions + ": there is no such file", "--benchmark", "vqav2");
        predictions = write("broken.json", "[");
        assertRefused(predictions + ":1: is no JSON", "--benchmark", "vqav2");
        predictions = folder;
        assertRefused(folder + ": is a folder", "--benchmark", "vqav2");
    }

    @Test
    void whatDoesNotApplyIsRefused() {
        assertRefused("no benchmark called \"vqa\". Known: vqav2, okvqa, gqa", "--benchmark", "vqa");
        assertRefused("--variant: nocaps is scored in one way", "--benchmark", "nocaps", "--variant", "lavis");
        assertRefused("--questions: coco-retrieval has no", "--benchmark", "coco-retrieval", "--questions", "x");
        assertRefused("--scorers: vqav2 needs none", "--benchmark", "vqav2", "--scorers", folder);
        assertRefused("--scorers: " + folder, "--benchmark", "nocaps", "--scorers", folder);
        assertRefused("--variant", "--benchmark", "vqav2", "--variant", "mine");
        assertThat(run.run("metrics", "--benchmark", "gqa")).isEqualTo(2);
    }

    private void assertRefused(String sentence, Object... options) {
        assertThat(metrics(options)).isEqualTo(2);
        assertThat(run.err()).contains(sentence).doesNotContain("Exception");
        assertThat(run.out()).isEmpty();
    }
}
