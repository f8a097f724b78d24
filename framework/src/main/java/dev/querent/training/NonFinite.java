package dev.querent.training;

/** What becomes of a training step whose loss or gradient is infinite or no number. */
public enum NonFinite {
    /** Training ends. */
    STOP,
    /** The step changes nothing; training ends after {@link Trainer#MOST_SKIPPED} of them in a row. */
    SKIP
}
