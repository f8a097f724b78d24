package dev.querent.task.dataset;

import dev.querent.data.SampleSequence;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Positions shared out to several sequences by weight. Each cycle of 4,096 positions gives every sequence its quota, in an order of
 * the cycle's own; a sequence goes on where it was in the cycle before. So any position is computed directly.
 */
final class MixtureSequence implements SampleSequence {

    static final int CYCLE = 4096;

    private final List<SampleSequence> parts;
    /** What is added to a part's sample numbers. */
    private final int[] firsts;

    private final int[] quotas;
    private final RunSeed seed;
    private long cycleInHand = -1;
    private int[] owners = new int[0];
    private int[] turns = new int[0];

    /** @param quotas of each part, {@link #CYCLE} in all */
    MixtureSequence(List<SampleSequence> parts, int[] firsts, int[] quotas, RunSeed seed) {
        this.parts = List.copyOf(parts);
        this.firsts = firsts.clone();
        this.quotas = quotas.clone();
        this.seed = seed;
    }

    /**
     * Quotas in proportion to weights, to the nearest of 4,096 parts.
     *
     * @throws IllegalArgumentException where a part's share is too small for any
     */
    static int[] quotas(double[] weights) {
        double sum = Arrays.stream(weights).sum();
        int[] quotas = new int[weights.length];
        int given = 0;
        for (int part = 0; part < weights.length; part++) {
            quotas[part] = (int) (weights[part] / sum * CYCLE);
            given += quotas[part];
        }
        for (; given < CYCLE; given++) {
            int neediest = 0;
            for (int part = 1; part < weights.length; part++) {
                boolean more =
                        weights[part] / sum * CYCLE - quotas[part] > weights[neediest] / sum * CYCLE - quotas[neediest];
                neediest = more ? part : neediest;
            }
            quotas[neediest]++;
        }
        for (int part = 0; part < weights.length; part++) {
            if (quotas[part] == 0) {
                throw new IllegalArgumentException("weight: a data set of weight " + weights[part] + ", of " + sum
                        + " in all, would never be drawn. Give it at least " + sum / CYCLE + ", or leave it out");
            }
        }
        return quotas;
    }

    @Override
    public int at(long position) {
        long cycle = position / CYCLE;
        int place = (int) (position % CYCLE);
        int owner;
        int turn;
        synchronized (this) {
            if (cycle != cycleInHand) {
                deal(cycle);
                cycleInHand = cycle;
            }
            owner = owners[place];
            turn = turns[place];
        }
        return firsts[owner] + parts.get(owner).at(cycle * quotas[owner] + turn);
    }

    private void deal(long cycle) {
        owners = new int[CYCLE];
        turns = new int[CYCLE];
        int next = 0;
        for (int part = 0; part < quotas.length; part++) {
            for (int i = 0; i < quotas[part]; i++) {
                owners[next++] = part;
            }
        }
        SplittableRandom random = seed.generator(Purpose.DATA_ORDER, cycle);
        int[] met = new int[quotas.length];
        for (int i = CYCLE - 1; i >= 0; i--) {
            int j = random.nextInt(i + 1);
            int owner = owners[i];
            owners[i] = owners[j];
            owners[j] = owner;
        }
        for (int i = 0; i < CYCLE; i++) {
            turns[i] = met[owners[i]]++;
        }
    }
}
