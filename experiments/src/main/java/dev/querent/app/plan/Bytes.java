package dev.querent.app.plan;

import dev.querent.weights.Precision;

/** How much memory numbers take. */
final class Bytes {

    private Bytes() {}

    /** Of one number. */
    static double each(Precision precision) {
        return switch (precision) {
            case FP32 -> 4;
            case BF16, FP16 -> 2;
        };
    }
}
