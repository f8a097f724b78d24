package dev.querent.data;

import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The order of samples that lie in shards. Every epoch the shards are shuffled and taken a few at a time, a window; the
 * samples of a window are shuffled among each other. So reading stays within a few files, and what lies far apart still meets.
 * Any position is computed directly, with memory for a few numbers a shard.
 */
public final class ShardOrder implements SampleSequence {

    private static final int EPOCHS_KEPT = 2; // threads that read ahead are in the next one already

    private final int[] firsts;
    private final int windowShards;
    private final RunSeed seed;
    private final Map<Long, Epoch> epochs = new LinkedHashMap<>();

    /**
     * One epoch's shards.
     *
     * @param shards in their order
     * @param begins position within the epoch at which each of them begins, and the epoch's end
     */
    private record Epoch(int[] shards, int[] begins) {}

    /**
     * @param firsts the index of the first sample of each shard, and at last the number of samples, at least 1
     * @param windowShards shards whose samples are mixed
     */
    public ShardOrder(int[] firsts, int windowShards, RunSeed seed) {
        if (firsts.length < 2 || firsts[firsts.length - 1] < 1 || windowShards < 1) {
            throw new IllegalArgumentException(
                    "no order of " + (firsts.length - 1) + " shards in windows of " + windowShards);
        }
        this.firsts = firsts.clone();
        this.windowShards = windowShards;
        this.seed = seed;
    }

    @Override
    public int at(long position) {
        int size = firsts[firsts.length - 1];
        long number = position / size;
        Epoch epoch = epoch(number);
        int within = (int) (position % size);
        int window = place(epoch.begins, within) / windowShards;
        int begin = epoch.begins[window * windowShards];
        int end = epoch.begins[Math.min(epoch.shards.length, (window + 1) * windowShards)];
        long windowSeed = seed.at(Purpose.DATA_ORDER, number, window);
        int chosen = begin + (int) new Permutation(end - begin, windowSeed).at(within - begin);
        int place = place(epoch.begins, chosen);
        return firsts[epoch.shards[place]] + chosen - epoch.begins[place];
    }

    /** The last of the ascending numbers that isn't above {@code value}. */
    private static int place(int[] ascending, int value) {
        int found = Arrays.binarySearch(ascending, value);
        if (found < 0) {
            return -found - 2;
        }
        while (ascending[found + 1] == value) { // shards without samples
            found++;
        }
        return found;
    }

    private Epoch epoch(long number) {
        synchronized (epochs) {
            Epoch epoch = epochs.computeIfAbsent(number, this::shuffled);
            if (epochs.size() > EPOCHS_KEPT) {
                epochs.remove(epochs.keySet().iterator().next());
            }
            return epoch;
        }
    }

    private Epoch shuffled(long number) {
        int[] shards = IntStream.range(0, firsts.length - 1).toArray();
        SplittableRandom random = seed.generator(Purpose.DATA_ORDER, number);
        for (int i = shards.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int shard = shards[i];
            shards[i] = shards[j];
            shards[j] = shard;
        }
        int[] begins = new int[firsts.length];
        for (int i = 0; i < shards.length; i++) {
            begins[i + 1] = begins[i] + firsts[shards[i] + 1] - firsts[shards[i]];
        }
        return new Epoch(shards, begins);
    }
}
