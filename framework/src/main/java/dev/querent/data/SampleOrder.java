package dev.querent.data;

import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;

/**
 * The order in which training meets samples: every epoch its own permutation, computed for any position directly, so that a
 * resumed run needs no replay and a set of any size no memory.
 */
public final class SampleOrder {

    private static final int ROUNDS = 6;

    private final long size;
    private final int batchSize;
    private final RunSeed seed;
    private final int halfBits;

    /**
     * @param size number of samples, at least 1
     * @param batchSize samples a batch; a batch may reach into the next epoch
     */
    public SampleOrder(long size, int batchSize, RunSeed seed) {
        if (size < 1 || batchSize < 1) {
            throw new IllegalArgumentException("no order of " + size + " samples in batches of " + batchSize);
        }
        this.size = size;
        this.batchSize = batchSize;
        this.seed = seed;
        int bits = Math.max(2, 64 - Long.numberOfLeadingZeros(size - 1));
        halfBits = (bits + 1) / 2;
    }

    /** The sample indices of one batch. */
    public int[] batch(long step) {
        int[] indices = new int[batchSize];
        for (int i = 0; i < batchSize; i++) {
            indices[i] = Math.toIntExact(at(step * batchSize + i));
        }
        return indices;
    }

    /**
     * The sample at a position of the endless sequence of epochs.
     *
     * @param position counted from 0
     */
    public long at(long position) {
        long epochSeed = seed.at(Purpose.DATA_ORDER, position / size);
        long index = position % size;
        do { // walks the cycle until it is back among the samples; fewer than 8 turns on average
            index = permute(index, epochSeed);
        } while (index >= size);
        return index;
    }

    /** A Feistel network: a bijection of the numbers of 2 * halfBits bits, whatever the round function is. */
    private long permute(long index, long epochSeed) {
        long mask = (1L << halfBits) - 1;
        long left = index >>> halfBits;
        long right = index & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long mixed = new RunSeed(epochSeed).at(Purpose.DATA_ORDER, round, right) & mask;
            long next = left ^ mixed;
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
