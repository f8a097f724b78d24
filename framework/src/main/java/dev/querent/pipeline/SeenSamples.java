package dev.querent.pipeline;

import java.util.HashSet;
import java.util.Set;

/**
 * How many different samples were met, and how many of them are bad, in bounded memory: exactly at first, then by those whose
 * hash ends in so many zeros that few enough remain, each of which stands for as many as it is rare.
 */
final class SeenSamples {

    private static final int MOST = 1 << 16;

    private final Set<Long> seen = new HashSet<>();
    private final Set<Long> bad = new HashSet<>();
    private int zeros;

    void add(String id, boolean isBad) {
        long hash = hash(id);
        if (Long.numberOfTrailingZeros(hash) < zeros) {
            return;
        }
        seen.add(hash);
        if (isBad) {
            bad.add(hash);
        }
        while (seen.size() > MOST) {
            zeros++;
            seen.removeIf(known -> Long.numberOfTrailingZeros(known) < zeros);
            bad.retainAll(seen);
        }
    }

    /** Number of samples, estimated once they are more than 65,536. */
    long all() {
        return (long) seen.size() << zeros;
    }

    /** Number of bad ones among them, estimated likewise. */
    long bad() {
        return (long) bad.size() << zeros;
    }

    /** FNV-1a, 64 bits, and the finaliser of SplitMix64. */
    private static long hash(String id) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * 0x100000001B3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
        return hash ^ (hash >>> 31);
    }
}
