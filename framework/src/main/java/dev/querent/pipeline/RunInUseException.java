package dev.querent.pipeline;

import java.nio.file.Path;

/** Two processes on one run: the second is refused. */
public final class RunInUseException extends RuntimeException {
    public RunInUseException(Path run) {
        super("another process is working on " + run + ": wait for it, or stop it with querent stop "
                + run.getFileName());
    }
}
