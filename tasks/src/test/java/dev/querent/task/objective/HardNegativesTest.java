package dev.querent.task.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.querent.random.RunSeed;
import org.junit.jupiter.api.Test;

class HardNegativesTest {

    private static final boolean[][] DIAGONAL = {{true, false, false}, {false, true, false}, {false, false, true}};

    @Test
    void drawsInProportionToTheSoftmaxOverNegatives() {
        float[][] similarities = {{100, (float) Math.log(3), 0}, {0, 0, 0}, {0, 0, 0}};
        HardNegatives negatives = new HardNegatives(new RunSeed(5), 1, 1, 100);
        int draws = 4000;
        int first = 0;
        for (int step = 0; step < draws; step++) {
            int[] drawn = negatives.draw(step, HardNegatives.Side.TEXT, similarities, DIAGONAL, 0);
            assertThat(drawn[0]).isIn(1, 2); // never its own pair, however similar
            assertThat(drawn[1]).isIn(0, 2);
            assertThat(drawn[2]).isIn(0, 1);
            first += drawn[0] == 1 ? 1 : 0;
        }
        assertThat((double) first / draws).isCloseTo(0.75, offset(0.03)); // 4 standard errors
    }

    @Test
    void pairsThatSayTheSameAreNoNegatives() {
        boolean[][] same = {{true, true, false}, {true, true, false}, {true, true, true}};
        float[][] similarities = {{0, 50, 0}, {50, 0, 0}, {0, 0, 0}};
        for (int step = 0; step < 50; step++) {
            int[] drawn = new HardNegatives(new RunSeed(1), 1, 1, 100)
                    .draw(step, HardNegatives.Side.IMAGE, similarities, same, 0);
            assertThat(drawn).containsExactly(2, 2, -1);
        }
    }

    @Test
    void theDrawIsAFunctionOfSeedStepAndSide() {
        float[][] flat = new float[3][3];
        HardNegatives negatives = new HardNegatives(new RunSeed(9), 1, 1, 100);
        int differentSteps = 0;
        int differentSides = 0;
        for (int step = 0; step < 40; step++) {
            int[] drawn = negatives.draw(step, HardNegatives.Side.IMAGE, flat, DIAGONAL, 0);
            assertThat(new HardNegatives(new RunSeed(9), 1, 1, 100)
                            .draw(step, HardNegatives.Side.IMAGE, flat, DIAGONAL, 0))
                    .isEqualTo(drawn);
            differentSteps +=
                    drawn[0] != negatives.draw(step + 1, HardNegatives.Side.IMAGE, flat, DIAGONAL, 0)[0] ? 1 : 0;
            differentSides += drawn[0] != negatives.draw(step, HardNegatives.Side.TEXT, flat, DIAGONAL, 0)[0] ? 1 : 0;
        }
        assertThat(differentSteps).isBetween(8, 32);
        assertThat(differentSides).isBetween(8, 32);
    }

    @Test
    void hardnessGrowsFromEvenToSoftmax() {
        float[][] similarities = {{0, (float) Math.log(9), 0}, {0, 0, 0}, {0, 0, 0}};
        HardNegatives negatives = new HardNegatives(new RunSeed(2), 0, 1, 2000);
        int[] hard = new int[2];
        for (int step = 0; step < 2000; step++) {
            hard[step / 1000] +=
                    negatives.draw(step, HardNegatives.Side.TEXT, similarities, DIAGONAL, 0)[0] == 1 ? 1 : 0;
        }
        assertThat(hard[0] / 1000.0).isCloseTo(0.63, offset(0.06)); // mean of 9^h / (9^h + 1) over h from 0 to 0.5
        assertThat(hard[1] / 1000.0).isCloseTo(0.83, offset(0.05)); // and from 0.5 to 1
    }

    @Test
    void hugeSimilaritiesDoNotOverflow() {
        assertThat(HardNegatives.draw(0.5, new float[] {3e38f, -3e38f, 2.9e38f}, new boolean[] {true, false, false}, 1))
                .isEqualTo(2);
    }
}
