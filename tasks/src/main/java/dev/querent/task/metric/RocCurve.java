package dev.querent.task.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The receiver operating characteristic of scores: how well they tell two kinds apart, whatever the threshold. */
public final class RocCurve {

    private RocCurve() {}

    /**
     * The chance that a positive case has a higher score than a negative one, equal scores counting half: 0.5 for scores that
     * know nothing.
     *
     * @param positive as long as {@code scores}
     * @throws IllegalArgumentException where either kind is missing
     */
    public static double area(double[] scores, boolean[] positive) {
        Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> scores[i]));
        long positives = 0;
        double rankSum = 0; // of the positives, equal scores sharing their mean rank
        for (int from = 0; from < order.length; ) {
            int to = from;
            while (to < order.length && scores[order[to]] == scores[order[from]]) {
                to++;
            }
            double rank = (from + 1 + to) / 2.0;
            for (int i = from; i < to; i++) {
                if (positive[order[i]]) {
                    positives++;
                    rankSum += rank;
                }
            }
            from = to;
        }
        Samples.some((int) positives, "positive cases");
        long negatives = scores.length - positives;
        Samples.some((int) negatives, "negative cases");
        return (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }
}
