package dev.querent.data;

import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Batches of a sequence in which no two samples are of one group: what a batch holds already is replaced by a sample that the
 * sequence comes to soon. Only the groups of the batch's own samples are asked for.
 */
final class DistinctSequence {

    private static final int ATTEMPTS = 1000;
    /** From how many of the next batches a replacement may come. */
    private static final int REACH = 64;

    private final SampleList samples;
    private final SampleSequence sequence;
    private final int batchSize;
    private final RunSeed seed;

    DistinctSequence(SampleList samples, int batchSize, RunSeed seed) {
        this.samples = samples;
        this.batchSize = batchSize;
        this.seed = seed;
        sequence = samples.sequence(seed);
    }

    /** The sample indices of one batch. */
    int[] batch(long step) {
        int[] indices = sequence.batch(step, batchSize);
        Set<String> groups = new HashSet<>();
        for (int row = 0; row < batchSize; row++) {
            if (!groups.add(samples.get(indices[row]).group())) {
                indices[row] = replacement(step, row, groups);
            }
        }
        return indices;
    }

    private int replacement(long step, int row, Set<String> groups) {
        SplittableRandom random = seed.generator(Purpose.DATA_ORDER, step, row, 3);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int index = sequence.at((step + 1) * batchSize + random.nextInt(REACH * batchSize));
            if (groups.add(samples.get(index).group())) {
                return index;
            }
        }
        throw new IllegalArgumentException(
                "a batch of " + batchSize + " samples that all show different things can't be" + " had: after "
                        + groups.size() + ", the next " + ATTEMPTS + " show nothing else. Set a smaller batch-size");
    }
}
