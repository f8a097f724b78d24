package dev.querent.task.metric;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * Recall among the k best of a gallery: the share of queries that have a right item there, whichever of several it is (as
 * the retrieval evaluation of LAVIS counts for images with several captions).
 */
public final class RecallAtK {

    private RecallAtK() {}

    /**
     * Place of the best right item when a gallery is sorted by falling score; equal scores keep the gallery's order, so that
     * a model that scores everything alike is at chance level.
     *
     * @param right whether an item of the gallery is a right one
     * @return from 0 on; the gallery's size where nothing is right
     */
    public static int rank(float[] scores, IntPredicate right) {
        int best = -1;
        for (int item = 0; item < scores.length; item++) {
            if (right.test(item) && (best < 0 || scores[item] > scores[best])) {
                best = item;
            }
        }
        if (best < 0) {
            return scores.length;
        }
        int rank = 0;
        for (int item = 0; item < scores.length; item++) {
            if (scores[item] > scores[best] || (scores[item] == scores[best] && item < best)) {
                rank++;
            }
        }
        return rank;
    }

    /** Share of ranks below k. */
    public static double recall(List<Integer> ranks, int k) {
        Samples.some(ranks.size(), "queries");
        return ranks.stream().filter(rank -> rank < k).count() / (double) ranks.size();
    }

    /**
     * What a random order reaches: the chance that at least one of the right items is among the first k.
     *
     * @param rightItems for each query, how many items are right
     */
    public static double chance(List<Integer> rightItems, int gallery, int k) {
        Samples.some(rightItems.size(), "queries");
        double sum = 0;
        for (int right : rightItems) {
            double none = 1; // C(gallery - right, k) / C(gallery, k)
            for (int drawn = 0; drawn < Math.min(k, gallery); drawn++) {
                none *= Math.max(0, gallery - right - drawn) / (double) (gallery - drawn);
            }
            sum += 1 - none;
        }
        return sum / rightItems.size();
    }
}
