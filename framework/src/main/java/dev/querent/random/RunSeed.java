package dev.querent.random;

import java.util.SplittableRandom;

/**
 * The seed of a run, from which the seed of every random choice is derived.
 *
 * @param value any number; the same number gives the same run
 */
public record RunSeed(long value) {

    /** The seed of the choice made for a purpose at a place, e.g. {@code at(AUGMENTATION, epoch, sample)}. */
    public long at(Purpose purpose, long... place) {
        long state = mix(value ^ hash(purpose.name()));
        for (long part : place) {
            state = mix(state ^ mix(part + 0x9E3779B97F4A7C15L));
        }
        return state;
    }

    /** A generator for the choices made for a purpose at a place. */
    public SplittableRandom generator(Purpose purpose, long... place) {
        return new SplittableRandom(at(purpose, place));
    }

    /** A seed that depends on a name, so that parameters don't depend on the order in which they are created. */
    public long at(Purpose purpose, String name) {
        return at(purpose, hash(name));
    }

    /** FNV-1a, 64 bits. */
    private static long hash(String name) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }

    /** The finaliser of SplitMix64: every input bit changes every output bit with probability one half. */
    private static long mix(long z) {
        long mixed = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
