package dev.querent.task.scoring;

/** A file that can't be scored as it is; the message says which, where, and what to do. */
public final class ScoringException extends RuntimeException {
    ScoringException(String sentence) {
        super(sentence);
    }

    ScoringException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
