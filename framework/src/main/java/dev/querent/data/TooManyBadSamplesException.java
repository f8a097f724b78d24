package dev.querent.data;

/** The share of unusable samples exceeds the limit. The message names the share, the limit and the quarantine file. */
public final class TooManyBadSamplesException extends RuntimeException {
    public TooManyBadSamplesException(String message) {
        super(message);
    }
}
