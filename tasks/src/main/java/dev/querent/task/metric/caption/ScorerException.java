package dev.querent.task.metric.caption;

/** A scorer that was installed beside Querent isn't there or doesn't work; the message says what to do. */
public final class ScorerException extends RuntimeException {
    ScorerException(String sentence) {
        super(sentence);
    }

    ScorerException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
