package dev.querent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailuresTest {

    private static Prediction wrong(String id, double score) {
        return new Prediction(id, "", "said", List.of("right"), false, "").scored(score);
    }

    @Test
    void theFurthestFromRightComeFirstAndRightOnesNever() {
        List<Prediction> predictions = List.of(
                wrong("a", 0.5),
                wrong("b", 0.25),
                new Prediction("c", "", "right", List.of("right"), true, ""),
                wrong("d", 0),
                new Prediction("e", "", "right", List.of("right"), true, "").scored(0));
        assertThat(Failures.worst(predictions)).extracting(Prediction::id).containsExactly("d", "b", "a");
    }

    @Test
    void amongEqualsTheChoiceDependsOnNeitherOrderNorPlace() {
        List<Prediction> equals = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            equals.add(wrong("i" + i, 0));
        }
        List<Prediction> worst = Failures.worst(equals);
        Collections.reverse(equals);
        assertThat(Failures.worst(equals)).isEqualTo(worst).hasSize(Failures.SHOWN);
        assertThat(worst)
                .extracting(Prediction::id)
                .doesNotContainSequence(
                        IntStream.range(0, 4).mapToObj(i -> "i" + i).toList());
        assertThat(worst.stream()
                        .filter(prediction -> prediction.id().length() == 4)
                        .count())
                .as("drawn from all, of which four fifths have three digits")
                .isGreaterThan(Failures.SHOWN / 2);
    }

    @Test
    void twoQuestionsOfOneSampleAreTwoFailures() {
        List<Prediction> both = List.of(
                new Prediction("a", "what", "x", List.of("y"), false, ""),
                new Prediction("a", "where", "x", List.of("y"), false, ""));
        assertThat(Failures.worst(both)).hasSize(2);
        assertThat(Failures.worst(List.of())).isEmpty();
    }

    @Test
    void aScoreIsAShare() {
        assertThatThrownBy(() -> wrong("a", Double.NaN)).hasMessageContaining("from 0 to 1");
        assertThatThrownBy(() -> wrong("a", 1.5)).hasMessageContaining("from 0 to 1");
    }

    @Test
    void aLineFromBeforeThereWereScoresReadsAsRightOrWrong() {
        String old =
                "{\"id\": \"i\", \"question\": \"\", \"prediction\": \"p\", \"references\": [\"r\"], \"correct\": %s,"
                        + " \"picture\": \"\"}";
        assertThat(StepResults.prediction(old.formatted("true")).score()).isEqualTo(1);
        assertThat(StepResults.prediction(old.formatted("false")).score()).isZero();
    }
}
