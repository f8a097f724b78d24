package dev.querent.task.objective;

import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.SplittableRandom;

/**
 * Draws one negative a row with a probability that grows with its similarity: the softmax of the row over what is a
 * negative at all (LAVIS since July 2023 masks before the softmax, so do we).
 */
public final class HardNegatives {

    /** Which side is drawn; the two draws of a row are independent. */
    public enum Side {
        IMAGE,
        TEXT
    }

    private final RunSeed seed;
    private final double firstHardness;
    private final double lastHardness;
    private final long steps;

    /**
     * @param firstHardness what similarities are multiplied by before the softmax at the first step: 1 draws as LAVIS does, 0
     *     draws all negatives alike
     * @param lastHardness the same at the last step; in between it changes linearly
     * @param steps of training
     */
    public HardNegatives(RunSeed seed, double firstHardness, double lastHardness, long steps) {
        this.seed = seed;
        this.firstHardness = firstHardness;
        this.lastHardness = lastHardness;
        this.steps = steps;
    }

    private double hardness(long step) {
        return firstHardness + (lastHardness - firstHardness) * Math.min(1.0, (double) step / steps);
    }

    /**
     * One negative a row.
     *
     * @param similarities (b, B), some rows of the batch, divided by the temperature
     * @param same (B, B) true where a column is no negative of the row
     * @param first which row of the batch is the first of {@code similarities}
     * @return b column indices, -1 where a row has no negative at all
     */
    public int[] draw(long step, Side side, float[][] similarities, boolean[][] same, int first) {
        int[] drawn = new int[similarities.length];
        for (int i = 0; i < drawn.length; i++) {
            int row = first + i;
            SplittableRandom random = seed.generator(Purpose.HARD_NEGATIVES, step, side == Side.IMAGE ? 0 : 1, row);
            drawn[i] = draw(random.nextDouble(), similarities[i], same[row], hardness(step));
        }
        return drawn;
    }

    /** The column at which the cumulative softmax passes {@code position}, a number in [0, 1). */
    static int draw(double position, float[] similarities, boolean[] same, double hardness) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int column = 0; column < similarities.length; column++) {
            if (!same[column]) {
                largest = Math.max(largest, similarities[column]);
            }
        }
        double total = 0;
        double[] cumulative = new double[similarities.length];
        int last = -1;
        for (int column = 0; column < similarities.length; column++) {
            if (!same[column]) {
                total += Math.exp(hardness * (similarities[column] - largest));
                last = column;
            }
            cumulative[column] = total;
        }
        for (int column = 0; column < similarities.length; column++) {
            if (!same[column] && position * total < cumulative[column]) {
                return column;
            }
        }
        return last;
    }
}
