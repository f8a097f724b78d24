package dev.querent.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RidgeRegressionTest {

    @Test
    void oneFeatureByHand() {
        // features 1 and 3: mean 2, deviation 1, so -1 and 1; targets 0 and 4: -2 and 2. w = 4 / (2 + lambda)
        try (NDManager manager = Torch.newManager();
                RidgeRegression fitted =
                        new RidgeRegression(manager, new float[][] {{1}, {3}}, new float[][] {{0}, {4}}, 2)) {
            double[][] predicted = fitted.predict(new float[][] {{1}, {3}, {2}, {4}});
            assertThat(predicted[0][0]).isCloseTo(1, within(1e-12));
            assertThat(predicted[1][0]).isCloseTo(3, within(1e-12));
            assertThat(predicted[2][0]).isCloseTo(2, within(1e-12));
            assertThat(predicted[3][0]).isCloseTo(4, within(1e-12));
        }
    }

    /** The same samples with a feature repeated as often as makes the problem wide give what one column and lambda/k give. */
    @Test
    void wideAndTallSolutionsAgree() {
        SplittableRandom random = new SplittableRandom(3);
        int samples = 7;
        int copies = 12;
        float[][] narrow = new float[samples][2];
        float[][] wide = new float[samples][2 * copies];
        float[][] targets = new float[samples][3];
        for (int row = 0; row < samples; row++) {
            for (int i = 0; i < 2; i++) {
                narrow[row][i] = (float) random.nextDouble();
                for (int copy = 0; copy < copies; copy++) {
                    wide[row][i * copies + copy] = narrow[row][i];
                }
            }
            for (int i = 0; i < 3; i++) {
                targets[row][i] = (float) random.nextDouble();
            }
        }
        try (NDManager manager = Torch.newManager();
                RidgeRegression tall = new RidgeRegression(manager, narrow, targets, 0.5);
                RidgeRegression broad = new RidgeRegression(manager, wide, targets, 0.5 * copies)) {
            double[][] expected = tall.predict(narrow);
            double[][] found = broad.predict(wide);
            for (int row = 0; row < samples; row++) {
                for (int i = 0; i < 3; i++) {
                    assertThat(found[row][i]).isCloseTo(expected[row][i], within(1e-9));
                }
            }
        }
    }

    @Test
    void aConstantFeatureSaysNothing() {
        try (NDManager manager = Torch.newManager();
                RidgeRegression fitted = new RidgeRegression(
                        manager, new float[][] {{5, 1}, {5, 2}, {5, 3}}, new float[][] {{1}, {2}, {6}}, 1)) {
            double[][] predicted = fitted.predict(new float[][] {{5, 2}, {9, 2}});
            assertThat(predicted[0][0]).isCloseTo(3, within(1e-12));
            assertThat(predicted[1][0]).isCloseTo(3, within(1e-9));
        }
    }

    @Test
    void nothingToFitIsRefused() {
        try (NDManager manager = Torch.newManager()) {
            assertThatThrownBy(() -> new RidgeRegression(manager, new float[0][], new float[0][], 1))
                    .hasMessageContaining("cannot fit 0 samples");
        }
    }
}
