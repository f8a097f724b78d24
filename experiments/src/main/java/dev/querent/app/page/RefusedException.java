package dev.querent.app.page;

/** A request that is answered by a sentence. */
public final class RefusedException extends RuntimeException {

    private final int status;

    /** @param status of HTTP, from 400 to 599 */
    public RefusedException(int status, String sentence) {
        super(sentence);
        this.status = status;
    }

    int status() {
        return status;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
