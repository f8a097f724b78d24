package dev.querent.training;

/** Training that can't go on because a number is no number any more. The checkpoint before it is untouched. */
public final class DivergedException extends RuntimeException {
    public DivergedException(long step, String what) {
        super("training diverged at step " + step + ": " + what
                + ". Lower the learning rate or lengthen the warm-up, and start a new run.");
    }
}
