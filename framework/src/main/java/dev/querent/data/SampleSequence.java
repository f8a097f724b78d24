package dev.querent.data;

/**
 * The endless sequence in which training meets samples. Any position can be asked for directly, so that a resumed run needs no
 * replay. Thread-safe; equal calls give equal numbers.
 */
public interface SampleSequence {

    /**
     * The index of the sample at a position.
     *
     * @param position counted from 0
     */
    int at(long position);

    /** The sample indices of one batch, which may reach into the next epoch. */
    default int[] batch(long step, int batchSize) {
        int[] indices = new int[batchSize];
        for (int i = 0; i < batchSize; i++) {
            indices[i] = at(step * batchSize + i);
        }
        return indices;
    }
}
