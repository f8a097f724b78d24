package dev.querent.task.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricTest {

    @Test
    void aRankCountsTheBetterItemsAndTheBestRightOneDecides() {
        float[] scores = {0.1f, 0.9f, 0.5f, 0.7f};
        assertThat(RecallAtK.rank(scores, item -> item == 1)).isZero();
        assertThat(RecallAtK.rank(scores, item -> item == 2)).isEqualTo(2);
        assertThat(RecallAtK.rank(scores, item -> item == 0 || item == 3)).isEqualTo(1);
        assertThat(RecallAtK.rank(scores, item -> false)).isEqualTo(4);
    }

    @Test
    void aModelThatScoresAllAlikeIsAtChance() {
        float[] alike = new float[4];
        List<Integer> ranks = List.of(0, 1, 2, 3).stream()
                .map(query -> RecallAtK.rank(alike, item -> item == query))
                .toList();
        assertThat(RecallAtK.recall(ranks, 1)).isEqualTo(0.25);
        assertThat(RecallAtK.recall(ranks, 1)).isEqualTo(RecallAtK.chance(List.of(1, 1, 1, 1), 4, 1));
    }

    @Test
    void recallIsTheShareOfRanksBelowK() {
        List<Integer> ranks = List.of(0, 4, 5, 20);
        assertThat(RecallAtK.recall(ranks, 1)).isEqualTo(0.25);
        assertThat(RecallAtK.recall(ranks, 5)).isEqualTo(0.5);
        assertThat(RecallAtK.recall(ranks, 10)).isEqualTo(0.75);
    }

    @Test
    void chanceOfSeveralRightItems() {
        assertThat(RecallAtK.chance(List.of(1), 500, 10)).isCloseTo(0.02, within(1e-12));
        // 2 right of 4, 2 drawn: 1 - (2/4)(1/3)
        assertThat(RecallAtK.chance(List.of(2), 4, 2)).isCloseTo(5 / 6.0, within(1e-12));
        assertThat(RecallAtK.chance(List.of(1), 3, 10)).isEqualTo(1);
        assertThat(RecallAtK.chance(List.of(0, 3), 3, 1)).isEqualTo(0.5);
    }

    @Test
    void balancedAccuracyGivesEachSideHalf() {
        BalancedAccuracy counted = BalancedAccuracy.NONE.with(true, true);
        for (int i = 0; i < 9; i++) {
            counted = counted.with(false, i < 3);
        }
        assertThat(counted.value()).isCloseTo((1 + 3 / 9.0) / 2, within(1e-12));
        BalancedAccuracy alwaysNo = new BalancedAccuracy(1, 0, 99, 99);
        assertThat(alwaysNo.value()).isEqualTo(0.5);
        assertThatThrownBy(() -> new BalancedAccuracy(3, 3, 0, 0).value()).hasMessageContaining("no negative cases");
    }

    @Test
    void agreementOfTextsByHand() {
        assertThat(TextAgreement.of("A red  circle.", "a red circle")).isEqualTo(new TextAgreement(1, 1, 1));
        TextAgreement near = TextAgreement.of("a red circle above a square", "a red circle left of a blue square");
        assertThat(near.exact()).isZero();
        // a a red circle square in common: 5 of 6 and 5 of 8
        assertThat(near.f1()).isCloseTo(10 / 14.0, within(1e-12));
        // {a red circle square} of {a red circle above square left of blue}
        assertThat(near.overlap()).isEqualTo(0.5);
        assertThat(TextAgreement.of("", "x")).isEqualTo(new TextAgreement(0, 0, 0));
        assertThat(TextAgreement.of("", "")).isEqualTo(new TextAgreement(1, 1, 1));
        assertThat(TextAgreement.of("x x x", "x").f1()).isEqualTo(0.5);
    }

    @Test
    void theBestOfSeveralReferencesCounts() {
        assertThat(TextAgreement.best("b", List.of("a", "b")).exact()).isEqualTo(1);
        assertThat(TextAgreement.best("b", List.of()).f1()).isZero();
    }

    @Test
    void theConstantLevelIsThatOfTheBestTextForEachMeasure() {
        List<List<String>> references = List.of(List.of("a b"), List.of("a b"), List.of("c"), List.of("a"));
        TextAgreement level = ConstantText.level(references);
        assertThat(level.exact()).isEqualTo(0.5);
        assertThat(level.f1()).isCloseTo((1 + 1 + 2 / 3.0) / 4, within(1e-12)); // "a b"
        assertThat(ConstantText.majority(List.of("Yes", "no", "yes"))).isCloseTo(2 / 3.0, within(1e-12));
    }

    @Test
    void areaUnderTheCurveByHand() {
        assertThat(RocCurve.area(new double[] {3, 1, 2}, new boolean[] {true, false, false}))
                .isEqualTo(1);
        assertThat(RocCurve.area(new double[] {1, 1, 1}, new boolean[] {true, false, true}))
                .isEqualTo(0.5);
        // positives 1 and 3, negatives 2 and 3: wins 0 + 0, 1 + 0.5
        assertThat(RocCurve.area(new double[] {1, 3, 2, 3}, new boolean[] {true, true, false, false}))
                .isEqualTo(1.5 / 4);
    }

    @Test
    void nothingToScoreIsSaid() {
        assertThatThrownBy(() -> RecallAtK.recall(List.of(), 1)).hasMessageContaining("no queries to score");
        assertThatThrownBy(() -> TextAgreement.mean(List.of())).hasMessageContaining("no texts to score");
        assertThatThrownBy(() -> ConstantText.level(List.of())).hasMessageContaining("no texts to score");
        assertThatThrownBy(() -> ConstantText.majority(List.of())).hasMessageContaining("no answers to score");
        assertThatThrownBy(() -> RocCurve.area(new double[1], new boolean[1])).hasMessageContaining("positive");
    }
}
