package dev.querent.task.evaluation;

import java.util.Arrays;

/** The best of many items, the best first; of equal scores the lower item is better. Takes memory for those that it keeps only. */
final class Shortlist {

    private final int[] items; // a heap, the worst on top, until it is ordered
    private final float[] scores;
    private int size;
    private boolean ordered;

    /** @param most how many are kept */
    Shortlist(int most) {
        items = new int[most];
        scores = new float[most];
    }

    /** Whether an item comes before another. */
    static boolean before(float score, int item, float otherScore, int otherItem) {
        return score > otherScore || (score == otherScore && item < otherItem);
    }

    /** Shows it an item; each once, and none after anything was asked. */
    void offer(int item, float score) {
        if (size < items.length) {
            items[size] = item;
            scores[size] = score;
            rise(size++);
        } else if (before(score, item, scores[0], items[0])) {
            items[0] = item;
            scores[0] = score;
            sink(size);
        }
    }

    /** How many there are. */
    int size() {
        return size;
    }

    /** The item at a place. */
    int item(int place) {
        order();
        return items[place];
    }

    float score(int place) {
        order();
        return scores[place];
    }

    /** The items, the best first. */
    int[] items() {
        order();
        return Arrays.copyOf(items, size);
    }

    /** The place of an item among the first {@code most}; -1 where it isn't among them. */
    int place(int item, int most) {
        order();
        for (int place = 0; place < Math.min(most, size); place++) {
            if (items[place] == item) {
                return place;
            }
        }
        return -1;
    }

    private void order() {
        if (!ordered) {
            for (int left = size - 1; left > 0; left--) {
                swap(0, left); // the worst of those that are left, behind them
                sink(left);
            }
            ordered = true;
        }
    }

    private boolean worse(int one, int other) {
        return before(scores[other], items[other], scores[one], items[one]);
    }

    private void rise(int from) {
        int place = from;
        while (place > 0 && worse(place, (place - 1) / 2)) {
            swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }

    private void sink(int end) {
        int place = 0;
        while (2 * place + 1 < end) {
            int child = 2 * place + 1;
            if (child + 1 < end && worse(child + 1, child)) {
                child++;
            }
            if (!worse(child, place)) {
                return;
            }
            swap(place, child);
            place = child;
        }
    }

    private void swap(int one, int other) {
        int item = items[one];
        items[one] = items[other];
        items[other] = item;
        float score = scores[one];
        scores[one] = scores[other];
        scores[other] = score;
    }
}
