package dev.querent.collective;

/** MPI can't be used, or reports an error. */
public final class MpiException extends RuntimeException {
    public MpiException(String message) {
        super(message);
    }
}
