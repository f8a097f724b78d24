package dev.querent.data;

import dev.querent.random.RunSeed;

/** The samples of one split, by index. Thread-safe; equal calls give equal samples. */
public interface SampleList {
    int size();

    Sample get(int index);

    /**
     * The order in which training meets the samples: every epoch all of them, shuffled anew. A list whose samples are costly to
     * reach out of order gives another one.
     */
    default SampleSequence sequence(RunSeed seed) {
        return new SampleOrder(size(), seed);
    }

    /**
     * Whether all samples can be looked at before training begins, to learn which belong to one group. A list that is too long for
     * that, or has an order of its own to keep, says no; batches of distinct groups are then put together by leaving out what
     * doesn't fit, and a sample's second view is the sample itself.
     */
    default boolean surveyable() {
        return true;
    }
}
