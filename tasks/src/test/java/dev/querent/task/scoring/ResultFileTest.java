package dev.querent.task.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.task.metric.VqaRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFileTest {

    @TempDir
    private Path folder;

    private static Map<String, String> two() {
        Map<String, String> predictions = new LinkedHashMap<>();
        predictions.put("7", "a \"dog\"\n\u00e9");
        predictions.put("3", "");
        return predictions;
    }

    @Test
    void eachBenchmarkHasItsKeys() throws IOException {
        assertThat(written(ScoredBenchmark.VQAV2))
                .isEqualTo(
                        "[{\"question_id\":7,\"answer\":\"a \\\"dog\\\"\\n\u00e9\"},{\"question_id\":3,\"answer\":\"\"}]");
        assertThat(written(ScoredBenchmark.OKVQA)).isEqualTo(written(ScoredBenchmark.VQAV2));
        assertThat(written(ScoredBenchmark.GQA))
                .isEqualTo(
                        "[{\"questionId\":\"7\",\"prediction\":\"a \\\"dog\\\"\\n\u00e9\"},{\"questionId\":\"3\",\"prediction\":\"\"}]");
        assertThat(written(ScoredBenchmark.NOCAPS))
                .isEqualTo(
                        "[{\"image_id\":7,\"caption\":\"a \\\"dog\\\"\\n\u00e9\"},{\"image_id\":3,\"caption\":\"\"}]")
                .isEqualTo(written(ScoredBenchmark.COCO_CAPTIONS));
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    private String written(ScoredBenchmark benchmark) throws IOException {
        Path file = folder.resolve("results.json");
        ResultFile.write(benchmark, file, two());
        return Files.readString(file);
    }

    @Test
    void whatIsWrittenCanBeScored() {
        Map<String, String> predictions = new LinkedHashMap<>();
        Fixture.json("vqa-results.json")
                .forEach(it -> predictions.put(
                        it.path("question_id").asString(), it.path("answer").stringValue()));
        Path file = folder.resolve("results.json");
        ResultFile.write(ScoredBenchmark.VQAV2, file, predictions);
        VqaScoring scoring = new VqaScoring(Fixture.file("vqa-annotations.json"));
        assertThat(scoring.score(file, VqaRule.OFFICIAL))
                .isEqualTo(scoring.score(Fixture.file("vqa-results.json"), VqaRule.OFFICIAL));
    }

    @Test
    void onlyTheBenchmarksIdsAreTaken() {
        ResultFile.check(ScoredBenchmark.GQA, List.of("07333408", "vg1"));
        ResultFile.check(ScoredBenchmark.NOCAPS, List.of("0", "1"));
        assertThatThrownBy(() -> ResultFile.check(ScoredBenchmark.NOCAPS, List.of("0", "emoji-1")))
                .hasMessageContaining("found the id \"emoji-1\"");
        assertThatThrownBy(() -> ResultFile.check(ScoredBenchmark.GQA, List.of("")))
                .hasMessageContaining("found the id \"\"");
        assertThatThrownBy(() -> ResultFile.check(ScoredBenchmark.OKVQA, List.of("5", "6", "5")))
                .hasMessageContaining("the id 5 is in the data twice");
    }

    @Test
    void rankingsHaveNoTexts() {
        assertThatThrownBy(() -> ResultFile.write(ScoredBenchmark.COCO_RETRIEVAL, folder.resolve("x"), two()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
