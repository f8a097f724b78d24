package dev.querent.image;

/** An image that can't be used: broken, of an unknown format, too large. The message says which and why. */
public final class BadImageException extends RuntimeException {
    public BadImageException(String message) {
        super(message);
    }
}
