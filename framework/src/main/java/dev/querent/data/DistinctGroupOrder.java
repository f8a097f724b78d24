package dev.querent.data;

import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * An order in which no batch holds two samples of one group. The samples of an epoch, sorted by group, are dealt to its M
 * batches like cards, one to each in turn: a group of at most M samples then never puts two into one batch. Groups, samples
 * in a group, and batches are shuffled anew for every epoch. What is left over, less than a batch, and what a group has
 * beyond M samples, sits the epoch out.
 */
final class DistinctGroupOrder {

    private final SampleGroups groups;
    private final int batchSize;
    private final RunSeed seed;
    private final int batches;

    private long epochInHand = -1;
    private int[] dealt = new int[0];

    DistinctGroupOrder(SampleGroups groups, int batchSize, RunSeed seed) {
        this.groups = groups;
        this.batchSize = batchSize;
        this.seed = seed;
        batches = batches();
    }

    private int batches() {
        if (groups.size() < batchSize) {
            throw new IllegalArgumentException("a batch of " + batchSize
                    + " samples that all show different things can't"
                    + " be had of a split that shows " + groups.size() + " things. Set batch-size: " + groups.size()
                    + " or less");
        }
        int batches = Integer.MAX_VALUE;
        while (true) {
            long usable = 0;
            for (int group = 0; group < groups.size(); group++) {
                usable += Math.min(groups.members(group).length, batches);
            }
            if (usable / batchSize >= batches) {
                return batches;
            }
            batches = (int) (usable / batchSize);
        }
    }

    /** The sample indices of one batch. */
    synchronized int[] batch(long step) {
        long epoch = step / batches;
        if (epoch != epochInHand) {
            dealt = deal(epoch);
            epochInHand = epoch;
        }
        int first = (int) (step % batches) * batchSize;
        return Arrays.copyOfRange(dealt, first, first + batchSize);
    }

    /** @return the samples of batch 0, then of batch 1, ... */
    private int[] deal(long epoch) {
        SplittableRandom random = seed.generator(Purpose.DATA_ORDER, epoch);
        int[] groupOrder = shuffled(range(groups.size()), random);
        int[] batchOrder = shuffled(range(batches), random);
        int[] order = new int[batches * batchSize];
        int card = 0;
        for (int group : groupOrder) {
            int[] members = shuffled(groups.members(group), random);
            for (int i = 0; i < Math.min(members.length, batches) && card < order.length; i++, card++) {
                order[batchOrder[card % batches] * batchSize + card / batches] = members[i];
            }
        }
        return order;
    }

    private static int[] range(int size) {
        return IntStream.range(0, size).toArray();
    }

    private static int[] shuffled(int[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
        return values;
    }
}
