package dev.querent.task.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.nn.Tensors;
import dev.querent.testing.GradientCheck;
import dev.querent.torch.Torch;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageTextContrastiveTest {

    private static final float[][] SIMILARITIES = {{2, -1, 0.5f}, {0, 1, 1.5f}, {-2, 0.3f, 0.7f}};
    private static final boolean[][] DISTINCT = {{true, false, false}, {false, true, false}, {false, false, true}};
    private static final boolean[][] OUTER_EQUAL = {{true, false, true}, {false, true, false}, {true, false, true}};

    private static double loss(float[][] similarities, boolean[][] same, double smoothing) {
        try (NDManager manager = Torch.newManager()) {
            Pairs view = Pairs.of(manager.zeros(new Shape(1, 1, 2)));
            return new ImageTextContrastive(smoothing)
                    .loss(Pairs.batch(manager, view, similarities, same))
                    .getFloat();
        }
    }

    /** Cross-entropy of one direction by hand. */
    private static double byHand(double[][] targets, boolean transposed) {
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double total = 0;
            for (int j = 0; j < 3; j++) {
                total += Math.exp(transposed ? SIMILARITIES[j][i] : SIMILARITIES[i][j]);
            }
            for (int j = 0; j < 3; j++) {
                sum -= targets[i][j] * ((transposed ? SIMILARITIES[j][i] : SIMILARITIES[i][j]) - Math.log(total));
            }
        }
        return sum / 3;
    }

    private static void check(boolean[][] same, double smoothing, double[][] targets) {
        double expected = (byHand(targets, false) + byHand(targets, true)) / 2;
        assertThat(loss(SIMILARITIES, same, smoothing)).isCloseTo(expected, offset(1e-5));
    }

    @Test
    void distinctPairsHaveOneTargetEach() {
        check(DISTINCT, 0, new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    }

    @Test
    void smoothingIsSpreadOverAllCandidates() {
        check(DISTINCT, 0.3, new double[][] {{0.8, 0.1, 0.1}, {0.1, 0.8, 0.1}, {0.1, 0.1, 0.8}});
    }

    @Test
    void pairsThatSayTheSameShareTheTarget() {
        check(OUTER_EQUAL, 0, new double[][] {{0.5, 0, 0.5}, {0, 1, 0}, {0.5, 0, 0.5}});
        check(OUTER_EQUAL, 0.3, new double[][] {{0.45, 0.1, 0.45}, {0.1, 0.8, 0.1}, {0.45, 0.1, 0.45}});
    }

    @Test
    void aBatchOfOneHasNothingToTellApart() {
        assertThat(loss(new float[][] {{7}}, new boolean[][] {{true}}, 0.1)).isCloseTo(0, offset(1e-6));
    }

    @Test
    void bothDirectionsGiveGradients() {
        try (NDManager manager = Torch.newManager()) {
            NDArray similarity = Tensors.ofFloats(manager, SIMILARITIES);
            Pairs view = Pairs.of(manager.zeros(new Shape(3, 3, 2)));
            PairBatch given = Pairs.batch(manager, view, SIMILARITIES, OUTER_EQUAL);
            GradientCheck.check(Map.of("similarity", similarity), owner -> {
                NDArray there = Tensors.reshape(owner, similarity, 3, 3);
                return new ImageTextContrastive(0.1)
                        .loss(new PairBatch(0, view, given.texts(), there, there.transpose(), OUTER_EQUAL));
            });
        }
    }
}
