package dev.querent.pipeline;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Keeps a process that was told to end (SIGTERM, Ctrl-C) alive until its work has ended; not where it can't end, because it waits for a
 * rank that is no more. Slurm's launcher tells the other ranks of a death in this way, and would wait half a minute before it kills them.
 */
public final class LateExit implements AutoCloseable {

    private static final long LONGEST_WAIT_SECONDS = 120;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /** For work that ends by itself once it has been told. */
    public LateExit(Runnable told) {
        this(told, () -> false);
    }

    /**
     * @param told called when the process is told to end
     * @param stuck whether the work can't end
     */
    LateExit(Runnable told, BooleanSupplier stuck) {
        hook = new Thread(
                () -> {
                    told.run();
                    await(stuck);
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void await(BooleanSupplier stuck) {
        try {
            for (int second = 0; second < LONGEST_WAIT_SECONDS && !stuck.getAsBoolean(); second++) {
                if (ended.await(1, TimeUnit.SECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work has ended: lets the process go. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is going down already, and the hook with it
        }
    }
}
