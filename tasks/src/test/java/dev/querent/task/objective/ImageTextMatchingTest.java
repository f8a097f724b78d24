package dev.querent.task.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.nn.Tensors;
import dev.querent.random.RunSeed;
import dev.querent.testing.GradientCheck;
import dev.querent.torch.Torch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImageTextMatchingTest {

    private static final boolean[][] DISTINCT = {{true, false, false}, {false, true, false}, {false, false, true}};

    private final NDManager manager = Torch.newManager();
    private final ImageTextMatching objective = new ImageTextMatching(new HardNegatives(new RunSeed(5), 1, 1, 10));

    @AfterEach
    void close() {
        manager.close();
    }

    /** Negatives that leave nothing to chance: image i's hardest text is i + 1, text j's hardest image is j - 1. */
    private static float[][] chain() {
        return new float[][] {{0, 100, 0}, {0, 0, 100}, {100, 0, 0}};
    }

    private Pairs table(float... logits) {
        int side = (int) Math.sqrt(logits.length / 2.0);
        return Pairs.of(manager.create(logits, new Shape(side, side, 2)));
    }

    private static double loss(float... pair) { // label 0
        return Math.log(Math.exp(pair[0]) + Math.exp(pair[1])) - pair[0];
    }

    @Test
    void matchedPairsComeFirstThenEachTextsHardImageThenEachImagesHardText() {
        Pairs view = table(new float[18]);
        objective.loss(Pairs.batch(manager, view, chain(), DISTINCT));
        assertThat(view.asked())
                .containsExactly(
                        List.of(0, 0),
                        List.of(1, 1),
                        List.of(2, 2), // matched
                        List.of(2, 0),
                        List.of(0, 1),
                        List.of(1, 2), // an image for each text
                        List.of(0, 1),
                        List.of(1, 2),
                        List.of(2, 0)); // a text for each image
    }

    @Test
    void theLossIsTheMeanOverAllPairsAndTheAccuracyBalancesThem() {
        float[] logits = {
            0,
            2, /* 0 with 1 */
            1,
            0.5f,
            0,
            0, //
            0,
            0, /* 1 with 1 */
            0.4f,
            0.1f, /* 1 with 2 */
            -1,
            3, //
            /* 2 with 0 */ 0.2f,
            0,
            0,
            0, /* 2 with 2 */
            -1,
            1
        };
        ImageTextMatching.Result result = objective.loss(Pairs.batch(manager, table(logits), chain(), DISTINCT));
        double matched = loss(2, 0) + loss(0.1f, 0.4f) + loss(1, -1);
        double mismatched = 2 * (loss(0.2f, 0) + loss(1, 0.5f) + loss(-1, 3));
        assertThat((double) result.loss().getFloat()).isCloseTo((matched + mismatched) / 9, offset(1e-5));
        // 2 of 3 matched pairs and 4 of 6 mismatched ones are told
        assertThat((double) result.balancedAccuracy().getFloat()).isCloseTo(2.0 / 3, offset(1e-6));
    }

    @Test
    void sayingAlwaysMatchIsChance() {
        float[] logits = new float[18];
        for (int i = 1; i < logits.length; i += 2) {
            logits[i] = 1;
        }
        ImageTextMatching.Result result = objective.loss(Pairs.batch(manager, table(logits), chain(), DISTINCT));
        assertThat(result.balancedAccuracy().getFloat()).isEqualTo(0.5f);
    }

    @Test
    void inABatchOfTwoEachIsTheOthersNegative() {
        Pairs view = table(new float[8]);
        boolean[][] same = {{true, false}, {false, true}};
        objective.loss(Pairs.batch(manager, view, new float[2][2], same));
        assertThat(view.asked())
                .containsExactly(
                        List.of(0, 0), List.of(1, 1), List.of(1, 0), List.of(0, 1), List.of(0, 1), List.of(1, 0));
    }

    @Test
    void pairsThatSayTheSameAreNeverNegativesOfEachOther() {
        Pairs view = table(new float[18]);
        boolean[][] same = {{true, true, false}, {true, true, false}, {false, false, true}};
        float[][] tempting = {{0, 100, 0}, {100, 0, 0}, {0, 0, 0}};
        objective.loss(Pairs.batch(manager, view, tempting, same));
        assertThat(view.asked()).hasSize(9).doesNotContain(List.of(0, 1), List.of(1, 0));
    }

    @Test
    void aRowWithoutANegativeIsLeftOut() {
        Pairs view = table(new float[18]);
        boolean[][] same = {{true, true, true}, {true, true, false}, {true, false, true}};
        objective.loss(Pairs.batch(manager, view, new float[3][3], same));
        assertThat(view.asked())
                .containsExactly(
                        List.of(0, 0),
                        List.of(1, 1),
                        List.of(2, 2),
                        List.of(2, 1),
                        List.of(1, 2),
                        List.of(1, 2),
                        List.of(2, 1));
    }

    @Test
    void aBatchWithoutAnyNegativeIsRefused() {
        PairBatch one = Pairs.batch(manager, table(0, 0), new float[1][1], new boolean[][] {{true}});
        assertThatThrownBy(() -> objective.loss(one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batch of 1: raise batch-size");
        boolean[][] equal = {{true, true}, {true, true}};
        PairBatch twins = Pairs.batch(manager, table(new float[8]), new float[2][2], equal);
        assertThatThrownBy(() -> objective.loss(twins)).hasMessageContaining("at least two different pairs");
    }

    @Test
    void gradientsAreFiniteDifferences() {
        Torch.seed(4);
        NDArray logits = manager.randomNormal(new Shape(3, 3, 2));
        GradientCheck.check(Map.of("logits", logits), owner -> {
            Pairs view = Pairs.of(Tensors.reshape(owner, logits, 3, 3, 2));
            return objective.loss(Pairs.batch(owner, view, chain(), DISTINCT)).loss();
        });
    }
}
