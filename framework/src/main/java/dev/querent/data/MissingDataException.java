package dev.querent.data;

/** A data set that isn't on this machine. The message says how to get it. */
public final class MissingDataException extends RuntimeException {
    public MissingDataException(String message) {
        super(message);
    }
}
