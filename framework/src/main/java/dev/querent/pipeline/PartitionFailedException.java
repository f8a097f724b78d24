package dev.querent.pipeline;

/** A partition's own failure, which counts against it. */
final class PartitionFailedException extends RuntimeException {
    PartitionFailedException(Throwable cause) {
        super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
}
