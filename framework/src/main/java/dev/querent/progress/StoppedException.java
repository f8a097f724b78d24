package dev.querent.progress;

/** Thrown by long work after it has saved its state because a {@link StopSignal} asked for it. Not a failure. */
public final class StoppedException extends RuntimeException {
    public StoppedException(String where) {
        super(where);
    }
}
