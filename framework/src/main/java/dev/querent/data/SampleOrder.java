package dev.querent.data;

import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;

/**
 * The order in which training meets samples: every epoch its own permutation, computed for any position directly, so that a
 * resumed run needs no replay and a set of any size no memory.
 */
public final class SampleOrder implements SampleSequence {

    private final int size;
    private final RunSeed seed;

    /** @param size number of samples, at least 1 */
    public SampleOrder(int size, RunSeed seed) {
        if (size < 1) {
            throw new IllegalArgumentException("no order of " + size + " samples");
        }
        this.size = size;
        this.seed = seed;
    }

    @Override
    public int at(long position) {
        long epochSeed = seed.at(Purpose.DATA_ORDER, position / size);
        return (int) new Permutation(size, epochSeed).at(position % size);
    }
}
