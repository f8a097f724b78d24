package dev.querent.data;

import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;

/**
 * An order of the numbers 0 to size - 1 that is computed for any of them directly and takes no memory.
 *
 * @param size at least 1
 * @param seed decides the order
 */
record Permutation(long size, long seed) {

    private static final int ROUNDS = 6;

    /** The number that comes to stand at {@code index}. */
    long at(long index) {
        int halfBits = (Math.max(2, 64 - Long.numberOfLeadingZeros(size - 1)) + 1) / 2;
        long number = index;
        do { // walks the cycle until it is back among the numbers; fewer than 8 turns on average
            number = permute(number, halfBits);
        } while (number >= size);
        return number;
    }

    /** A Feistel network: a bijection of the numbers of 2 * halfBits bits, whatever the round function is. */
    private long permute(long index, int halfBits) {
        RunSeed rounds = new RunSeed(seed);
        long mask = (1L << halfBits) - 1;
        long left = index >>> halfBits;
        long right = index & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long mixed = rounds.at(Purpose.DATA_ORDER, round, right) & mask;
            long next = left ^ mixed;
            left = right;
            right = next;
        }
        return (left << halfBits) | right;
    }
}
