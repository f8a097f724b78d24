package dev.querent.pipeline;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps a process that was told to end (SIGTERM, Ctrl-C) alive until its work has ended. */
public final class LateExit implements AutoCloseable {

    private static final long LONGEST_WAIT_SECONDS = 120;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /** @param told called when the process is told to end */
    public LateExit(Runnable told) {
        hook = new Thread(
                () -> {
                    told.run();
                    await();
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void await() {
        try {
            ended.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
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
