package dev.querent.task.metric;

/**
 * Accuracy of yes/no decisions with both sides counting half, so that always saying the same gives 50 %.
 *
 * @param positives cases where yes is right
 * @param truePositives those of them that were said to be yes
 * @param negatives cases where no is right
 * @param trueNegatives those of them that were said to be no
 */
public record BalancedAccuracy(int positives, int truePositives, int negatives, int trueNegatives) {

    /** Nothing counted yet. */
    public static final BalancedAccuracy NONE = new BalancedAccuracy(0, 0, 0, 0);

    /** With one more case. */
    public BalancedAccuracy with(boolean truth, boolean right) {
        int one = right ? 1 : 0;
        return truth
                ? new BalancedAccuracy(positives + 1, truePositives + one, negatives, trueNegatives)
                : new BalancedAccuracy(positives, truePositives, negatives + 1, trueNegatives + one);
    }

    /**
     * Mean of both sides' shares of right decisions.
     *
     * @throws IllegalArgumentException where one side has no case
     */
    public double value() {
        Samples.some(positives, "positive cases");
        Samples.some(negatives, "negative cases");
        return (truePositives / (double) positives + trueNegatives / (double) negatives) / 2;
    }

    /** Whether both sides have cases. */
    public boolean hasBothSides() {
        return positives > 0 && negatives > 0;
    }
}
