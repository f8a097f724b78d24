package dev.querent.app.command;

import dev.querent.experiment.ExperimentException;
import dev.querent.plugin.PluginException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine.ExitCode;

/** Tells a user what went wrong, in sentences, and how the process ends. */
public final class ErrorReport {

    private ErrorReport() {}

    /**
     * Writes the problem, with its stack trace if asked for.
     *
     * @return 2 for a mistake in usage or configuration, 1 for anything else
     */
    public static int tell(Throwable problem, PrintWriter err, boolean debug) {
        err.println(sentence(problem));
        if (debug) {
            problem.printStackTrace(err);
        }
        err.flush();
        return problem instanceof ExperimentException
                        || problem instanceof PluginException
                        || problem instanceof UsageException
                ? ExitCode.USAGE
                : ExitCode.SOFTWARE;
    }

    /** What went wrong. */
    static String sentence(Throwable problem) {
        if (problem instanceof UncheckedIOException && problem.getCause() instanceof IOException cause) {
            String own = String.valueOf(problem.getMessage());
            String reason = sentence(cause);
            return own.equals(cause.toString()) ? reason : own.contains(reason) ? own : own + ": " + reason;
        }
        String message = problem.getMessage();
        if (problem instanceof NoSuchFileException) {
            return message + ": there is no such file";
        }
        if (problem instanceof AccessDeniedException) {
            return message + ": no permission";
        }
        if (problem instanceof OutOfMemoryError) {
            return "not enough memory: " + message;
        }
        if (message == null || message.isBlank() || isFault(problem)) {
            return "an error in the program: " + problem + ". Run again with --debug for the stack trace";
        }
        return message;
    }

    /** Exceptions that no code of ours throws to tell a user something. */
    private static boolean isFault(Throwable problem) {
        return problem instanceof NullPointerException
                || problem instanceof IndexOutOfBoundsException
                || problem instanceof ClassCastException
                || problem instanceof LinkageError;
    }
}
