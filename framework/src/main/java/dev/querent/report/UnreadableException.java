package dev.querent.report;

/** Part of a run that a report can't show; the message is the sentence that stands in its place. */
public final class UnreadableException extends RuntimeException {
    UnreadableException(String sentence) {
        super(sentence);
    }

    /** What can't be read, and why. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
