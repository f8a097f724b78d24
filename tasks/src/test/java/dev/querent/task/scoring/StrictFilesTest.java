package dev.querent.task.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.metric.VqaRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that can't be scored are refused with a sentence that says where and why. */
class StrictFilesTest {

    @TempDir
    private Path folder;

    private Path annotations = Path.of("");

    @BeforeEach
    void threeQuestions() throws IOException {
        annotations = write(
                "annotations.json",
                "{\"info\": {\"x\": [1, {}]}, \"annotations\": ["
                        + IntStream.of(1, 2, 3)
                                .mapToObj(id -> "{\"question_id\": " + id
                                        + ", \"answer_type\": \"other\", \"question_type\": \"what\","
                                        + " \"answers\": [{\"answer\": \"dog\"}, {\"answer\": \"dog\"}]}")
                                .collect(Collectors.joining(",\n"))
                        + "]}");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Scores score(String predictions) throws IOException {
        return new VqaScoring(annotations).score(write("predictions.json", predictions), VqaRule.OFFICIAL);
    }

    private void assertRefused(String predictions, String message) {
        assertThatThrownBy(() -> score(predictions))
                .isInstanceOf(ScoringException.class)
                .hasMessage(message.replace(
                                "PREDICTIONS",
                                folder.resolve("predictions.json").toString())
                        .replace("ANNOTATIONS", annotations.toString()));
    }

    private static String answer(Object id) {
        return "{\"question_id\": " + id + ", \"answer\": \"dog\"}";
    }

    @Test
    void missingDoubledAndUnknownIdsAreNamedTogether() {
        assertRefused(
                "[" + answer(1) + "," + answer(1) + "," + answer(1) + "," + answer(9) + "," + answer(3) + "]",
                "PREDICTIONS: question_id: no prediction for id 2; more than one prediction for id 1; not in ANNOTATIONS: id 9."
                        + " Expected exactly one prediction for each id of the annotations");
    }

    @Test
    void tenIdsAreNamedAndAllAreCounted() {
        String many =
                IntStream.range(100, 125).mapToObj(StrictFilesTest::answer).collect(Collectors.joining(","));
        assertRefused(
                "[" + many + "]",
                "PREDICTIONS: question_id: no prediction for 3 ids: 1, 2, 3; not in ANNOTATIONS: 25 ids, the first ten: 100, 101,"
                        + " 102, 103, 104, 105, 106, 107, 108, 109."
                        + " Expected exactly one prediction for each id of the annotations");
    }

    @Test
    void numbersAndTextsAreTheSameIds() throws IOException {
        assertThat(score("[" + answer(1) + "," + answer("\"2\"") + "," + answer(3) + "]")
                        .overall()
                        .get("accuracy"))
                .isGreaterThan(33); // two agreeing people: a third each
        assertRefused(
                "[" + answer(1.5) + "]",
                "PREDICTIONS: record 1 (line 1): question_id: expected an id (a whole number or a text), found 1.5");
    }

    @Test
    void aRecordOfAnotherKindIsNamedWithItsLine() {
        assertRefused(
                "[" + answer(1) + ",\n{\"question_id\": 2, \"pred_ans\": \"dog\"}]",
                "PREDICTIONS: record 2 (line 2): has no answer; its keys are question_id, pred_ans");
        assertRefused(
                "[{\"question_id\": 1, \"answer\": 2}]",
                "PREDICTIONS: record 1 (line 1): answer: expected a text, found 2");
        assertRefused("[" + answer(1) + ", 7]", "PREDICTIONS: record 2 (line 1): expected an object, found a number");
        assertRefused(
                "{\"1\": \"dog\"}", "PREDICTIONS: the file: expected a list of objects, [{...}, ...], found an object");
        assertRefused("", "PREDICTIONS: the file: expected a list of objects, [{...}, ...], found nothing");
    }

    @Test
    void brokenJsonIsNamedWithItsLine() {
        assertThatThrownBy(() -> score("[" + answer(1) + ",\n{\"question_id\": 2, "))
                .isInstanceOf(ScoringException.class)
                .hasMessageStartingWith(folder.resolve("predictions.json") + ":2: is no JSON: ");
        assertThatThrownBy(() -> score("[{\"question_id\": 1, \"answer\": \"a\", \"answer\": \"b\"}]"))
                .hasMessageContaining("predictions.json:1: is no JSON: ")
                .hasMessageContaining("answer");
        assertThatThrownBy(() -> score("[" + answer(1) + "," + answer(2) + "," + answer(3) + "] []"))
                .hasMessageEndingWith("predictions.json:1: expected the end of the file, found more JSON");
    }

    @Test
    void aHugeRecordDoesNotExhaustMemory() throws IOException {
        assertThatThrownBy(() -> score("[{\"question_id\": 1, \"answer\": \"" + "a".repeat(1 << 17) + "\"}]"))
                .hasMessageEndingWith("answer: has 131072 characters; expected at most 65536");
        Path endless = folder.resolve("endless.json");
        try (var out = Files.newBufferedWriter(endless)) {
            out.write("[{\"question_id\": 1, \"other\": [");
            for (int i = 0; i < 20; i++) {
                out.write("0,".repeat(1 << 19));
            }
        }
        assertThatThrownBy(() -> new VqaScoring(annotations).score(endless, VqaRule.OFFICIAL))
                .hasMessage(endless + ": a record has more than 16777216 bytes; is it another kind of file?");
        assertThatThrownBy(() -> score("[".repeat(100_000))).isInstanceOf(ScoringException.class);
    }

    @Test
    void annotationsWithoutWhatIsNeededAreNamed() throws IOException {
        Path results = write("results.json", "[]");
        assertThatThrownBy(() -> new VqaScoring(results))
                .hasMessage(results + ": the file: expected an object with annotations, found a list");
        Path questions = write("questions.json", "{\"questions\": []}");
        assertThatThrownBy(() -> new VqaScoring(questions))
                .hasMessage(questions + ": has no annotations; is it another kind of file?");
        Path test = write("test.json", "{\"annotations\": [{\"question_id\": 1, \"answers\": []}]}");
        assertThatThrownBy(() -> new VqaScoring(test)).hasMessageContaining("answers: is empty");
        Path twice = write(
                "twice.json",
                "{\"annotations\": [" + "{\"question_id\": 1, \"answers\": [{\"answer\": \"a\"}]},".repeat(2) + "{}]}");
        assertThatThrownBy(() -> new VqaScoring(twice)).hasMessageEndingWith("question_id 1 was there before");
        Path gone = folder.resolve("gone.json");
        assertThatThrownBy(() -> new VqaScoring(gone)).hasMessageContaining("gone.json");
        assertThatThrownBy(() -> new VqaScoring(folder)).hasMessage(folder + ": is a folder; name the JSON file in it");
    }

    @Test
    void questionsOfAnotherSplitAreRefused() throws IOException {
        Path some = write(
                "questions.json",
                "{\"questions\": [{\"question_id\": 1, \"question\": \"?\"}, {\"question_id\": 9, \"question\": \"?\"}]}");
        assertThatThrownBy(() -> new VqaScoring(annotations).check(some))
                .hasMessage(some + ": question_id: no question for 2 ids: 2, 3 of " + annotations
                        + ". Expected the questions of the same split");
    }

    @Test
    void gqaNeedsTheBalancedQuestionsOnly() throws IOException {
        Path questions = write(
                "gqa.json",
                "{\"01\": {\"answer\": \"yes\", \"isBalanced\": true}, \"02\": {\"answer\": \"no\", \"isBalanced\": false},"
                        + " \"03\": {\"answer\": \"cat\", \"isBalanced\": true}}");
        GqaScoring scoring = new GqaScoring(questions);
        Path enough = write(
                "enough.json",
                "[{\"questionId\": \"01\", \"prediction\": \"yes\"}, {\"questionId\": \"03\", \"prediction\": \"dog\"}]");
        assertThat(scoring.score(enough, AnswerVariant.OFFICIAL).overall().get("accuracy"))
                .isEqualTo(50);
        Path wrong = write(
                "wrong.json",
                "[{\"questionId\": 1, \"prediction\": \"yes\"}, {\"questionId\": \"02\", \"prediction\": \"dog\"}]");
        assertThatThrownBy(() -> scoring.score(wrong, AnswerVariant.OFFICIAL))
                .hasMessageContaining("no prediction for 2 ids: 01, 03; not in " + questions + ": id 1.");
        Path twice = write(
                "twice.json",
                "{\"1\": {\"answer\": \"yes\", \"isBalanced\": true}, \"1\": {\"answer\": \"no\", \"isBalanced\": true}}");
        assertThatThrownBy(() -> new GqaScoring(twice)).hasMessageContaining("is no JSON: ");
    }

    @Test
    void damagedFilesGiveSentencesOrScores() throws IOException {
        byte[] whole = Files.readAllBytes(Fixture.file("vqa-results.json"));
        Path file = folder.resolve("damaged.json");
        VqaScoring scoring = new VqaScoring(Fixture.file("vqa-annotations.json"));
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k <= i % 4; k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            int length = i % 3 == 0 ? random.nextInt(damaged.length) : damaged.length;
            Files.write(file, Arrays.copyOf(damaged, length));
            try {
                scoring.score(file, VqaRule.OFFICIAL);
            } catch (ScoringException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
            }
        }
        Files.write(file, "[{\"question_id\": 1, \"answer\": \"\u00e9\"}]".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> scoring.score(file, VqaRule.OFFICIAL)).isInstanceOf(ScoringException.class);
    }
}
