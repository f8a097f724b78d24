package dev.querent.pipeline;

import dev.querent.experiment.RunDirectory;
import dev.querent.progress.StopSignal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Listens for SIGTERM and Ctrl-C and for {@code querent stop}, which leaves a file in the run's folder. Spring Batch's own
 * ways of stopping lose a race with the closing of the database, so the flag is ours and the process ends only when the
 * job has.
 */
final class StopRequests implements StopSignal, AutoCloseable {

    private static final long FILE_CHECK_NANOS = 200_000_000;

    private final RunDirectory run;
    private final AtomicBoolean requested = new AtomicBoolean();
    private final LateExit exit;
    private long nextFileCheck = System.nanoTime();

    /** @param stuck whether the work can't end any more */
    StopRequests(RunDirectory run, BooleanSupplier stuck) {
        this.run = run;
        exit = new LateExit(() -> requested.set(true), stuck);
        delete();
    }

    @Override
    public boolean stopRequested() {
        if (!requested.get() && System.nanoTime() >= nextFileCheck) {
            nextFileCheck = System.nanoTime() + FILE_CHECK_NANOS;
            if (Files.exists(run.stopRequest())) {
                requested.set(true);
            }
        }
        return requested.get();
    }

    private void delete() {
        try {
            Files.deleteIfExists(run.stopRequest());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + run.stopRequest(), e);
        }
    }

    /** The job has ended and everything is closed: lets the process go. */
    @Override
    public void close() {
        delete();
        exit.close();
    }
}
