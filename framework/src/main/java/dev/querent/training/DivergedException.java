package dev.querent.training;

/** Training that can't go on because a number is no number any more. The checkpoint before it is untouched. */
public final class DivergedException extends RuntimeException {

    private final String what;

    public DivergedException(long step, String what) {
        super("training diverged at step " + step + ": " + what
                + ". Lower the learning rate or lengthen the warm-up, and start a new run.");
        this.what = what;
    }

    /** What is no number, e.g. {@code the loss is NaN}. */
    String what() {
        return what;
    }
}
