package dev.querent.app.command;

/** A command that asks for something that isn't there. Ends the process with 2. */
public final class UsageException extends RuntimeException {
    public UsageException(String sentence) {
        super(sentence);
    }
}
