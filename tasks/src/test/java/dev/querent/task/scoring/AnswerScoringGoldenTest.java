package dev.querent.task.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.metric.VqaRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** Hard answers, scored by the official programs (src/test/python/make_answer_golden.py), are scored the same here. */
class AnswerScoringGoldenTest {

    private static final Offset<Double> CLOSE = within(1e-9);

    @TempDir
    private Path folder;

    private static String key(VqaRule rule) {
        return switch (rule) {
            case OFFICIAL -> "official";
            case LAVIS -> "lavis";
            case LMMS -> "lmms";
            case LMMS_OK_VQA -> "lmms-ok-vqa";
        };
    }

    @ParameterizedTest
    @EnumSource
    void eachAnswerHasTheAccuracyOfTheProgram(VqaRule rule) {
        JsonNode expected = Fixture.json("vqa-expected.json").path(key(rule)).path("perQuestion");
        Map<String, String> predictions = new HashMap<>();
        Fixture.json("vqa-results.json")
                .forEach(it -> predictions.put(
                        it.path("question_id").asString(), it.path("answer").stringValue()));
        int compared = 0;
        for (JsonNode question : Fixture.json("vqa-annotations.json").path("annotations")) {
            String id = question.path("question_id").asString();
            List<String> answers = question.path("answers")
                    .valueStream()
                    .map(it -> it.path("answer").stringValue())
                    .toList();
            assertThat(100 * rule.accuracy(predictions.get(id), answers))
                    .as("%s of %s for %s", rule, predictions.get(id), answers)
                    .isCloseTo(expected.path(id).asDouble(), CLOSE);
            compared++;
        }
        assertThat(compared).isEqualTo(320);
    }

    @ParameterizedTest
    @EnumSource
    void filesAreScoredAsTheProgramScoresThem(VqaRule rule) {
        JsonNode expected = Fixture.json("vqa-expected.json").path(key(rule));
        VqaScoring scoring = new VqaScoring(Fixture.file("vqa-annotations.json"));
        scoring.check(Fixture.file("vqa-questions.json"));
        Scores scores = scoring.score(Fixture.file("vqa-results.json"), rule);
        assertThat(scores.items()).isEqualTo(320);
        assertThat(scores.overall().get("accuracy"))
                .isCloseTo(expected.path("overall").asDouble(), CLOSE);
        if (expected.has("perAnswerType")) {
            assertEqual(scores.groups().get("per-answer-type"), expected.path("perAnswerType"));
            assertEqual(scores.groups().get("per-question-type"), expected.path("perQuestionType"));
        }
    }

    private static void assertEqual(Map<String, Double> means, JsonNode expected) {
        assertThat(means).hasSameSizeAs(expected.propertyNames());
        means.forEach((group, mean) ->
                assertThat(mean).as(group).isCloseTo(expected.path(group).asDouble(), CLOSE));
    }

    @Test
    void gqaHasTheFiguresThatItsToolPrints() {
        JsonNode expected = Fixture.json("gqa-expected.json").path("official");
        Scores scores = gqa(AnswerVariant.OFFICIAL);
        assertThat(scores.overall().get("accuracy"))
                .isCloseTo(expected.path("Accuracy").asDouble(), CLOSE);
        Map<String, Map<String, Double>> groups = scores.groups();
        assertThat(groups.get("per-answer-kind").get("binary"))
                .isCloseTo(expected.path("Binary").asDouble(), CLOSE);
        assertThat(groups.get("per-answer-kind").get("open"))
                .isCloseTo(expected.path("Open").asDouble(), CLOSE);
        assertThat(groups.get("answer-distribution").get("chi-square"))
                .isCloseTo(expected.path("Distribution").asDouble(), CLOSE);
        Map.of(
                        "per-structural-type", "structural type",
                        "per-semantic-type", "semantic type",
                        "per-steps", "steps number",
                        "per-words", "words number")
                .forEach((ours, theirs) -> {
                    JsonNode printed = expected.path("Accuracy / " + theirs);
                    assertThat(groups.get(ours)).hasSameSizeAs(printed.propertyNames());
                    groups.get(ours)
                            .forEach((type, mean) -> assertThat(mean)
                                    .as(type)
                                    .isCloseTo(printed.path(type).path(0).asDouble(), CLOSE));
                });
    }

    @Test
    void consistencyNeedsAnAnswerToEachQuestion() throws IOException {
        assertThat(gqa(AnswerVariant.OFFICIAL).groups()).doesNotContainKey("entailed-questions");
        ArrayNode all = JsonMapper.shared().createArrayNode();
        Fixture.json("gqa-predictions.json").forEach(all::add);
        Fixture.json("gqa-other-predictions.json").forEach(all::add);
        Path file = Files.writeString(
                folder.resolve("all.json"), JsonMapper.shared().writeValueAsString(all));
        Scores scores = new GqaScoring(Fixture.file("gqa-questions.json")).score(file, AnswerVariant.OFFICIAL);
        assertThat(scores.groups().get("entailed-questions").get("consistency"))
                .isCloseTo(
                        Fixture.json("gqa-expected.json")
                                .path("official-consistency")
                                .asDouble(),
                        CLOSE);
        assertThat(scores.overall()).isEqualTo(gqa(AnswerVariant.OFFICIAL).overall());
    }

    @Test
    void theOtherProgramsTakeMoreAnswersOfGqaForRight() {
        JsonNode expected = Fixture.json("gqa-expected.json");
        assertThat(gqa(AnswerVariant.LAVIS).overall().get("accuracy"))
                .isCloseTo(expected.path("lavis").asDouble(), CLOSE);
        assertThat(gqa(AnswerVariant.LMMS).overall().get("accuracy"))
                .isCloseTo(expected.path("lmms").asDouble(), CLOSE);
    }

    private static Scores gqa(AnswerVariant variant) {
        return new GqaScoring(Fixture.file("gqa-questions.json")).score(Fixture.file("gqa-predictions.json"), variant);
    }
}
