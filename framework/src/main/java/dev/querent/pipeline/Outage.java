package dev.querent.pipeline;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.launch.JobExecutionAlreadyRunningException;
import org.springframework.dao.ConcurrencyFailureException;

/** A shared job repository that doesn't answer for a while: it is restarted, or the network to it is down. */
final class Outage extends RuntimeException {

    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** Classes of PostgreSQL's error codes that pass: connection, resources, shutdown and start, conflicts of transactions. */
    private static final List<String> PASSING = List.of("08", "53", "57P", "40");

    /** What work that has ended because of an outage throws to be done again. */
    Outage(Throwable cause) {
        super(cause);
    }

    /** Whether trying again may help. */
    static boolean isBehind(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof Outage
                    || cause instanceof ConcurrencyFailureException
                    || cause instanceof SQLTransientException
                    || (cause instanceof SQLException sql && hasPassingState(sql))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasPassingState(SQLException sql) {
        String state = sql.getSQLState();
        return state != null && PASSING.stream().anyMatch(state::startsWith);
    }

    /** Does something that may be begun again, and does it again until an outage is over; one of five minutes is too long. */
    static <T> T survive(Supplier<T> work) {
        long firstFailure = System.nanoTime();
        for (int failures = 0; ; failures++) {
            long begun = System.nanoTime();
            try {
                return work.get();
            } catch (RuntimeException e) {
                if (!isBehind(e)) {
                    throw e;
                }
                if (failures == 0 || System.nanoTime() - begun > LONGEST.toNanos()) {
                    firstFailure = System.nanoTime();
                }
                if (System.nanoTime() - firstFailure > LONGEST.toNanos()) {
                    throw e;
                }
                if (failures == 0 && !isConflict(e)) {
                    LOG.warn("the job repository doesn't answer, trying again: {}", reason(e));
                }
                pause(Math.min(LONGEST_PAUSE_MILLIS, 250L << Math.min(failures, 5)));
            }
        }
    }

    /** Two processes changed the same thing: nothing is down, and the next attempt sees what the other did. */
    private static boolean isConflict(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConcurrencyFailureException || cause instanceof JobExecutionAlreadyRunningException) {
                return true;
            }
        }
        return false;
    }

    private static String reason(Throwable problem) {
        Throwable last = problem;
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            last = cause;
        }
        return String.valueOf(last.getMessage());
    }

    /** Sleeps; an interrupt ends it, and what comes next. */
    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
