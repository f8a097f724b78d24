package dev.querent.data;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Computes values of the next steps while the present one is being used. For one consumer. */
final class ReadAhead<T> implements AutoCloseable {

    private final LongFunction<T> function;
    /** So many values are kept beside the one in use, whatever the number of threads. */
    private static final int DEPTH = 2;

    private final ExecutorService pool;
    private final Map<Long, Future<T>> pending = new HashMap<>();

    ReadAhead(LongFunction<T> function) {
        this.function = function;
        pool = daemons(DEPTH, "querent-read-ahead");
    }

    /** Threads that don't keep the program from ending. */
    static ExecutorService daemons(int threads, String name) {
        return Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    T get(long step) {
        pending.forEach((key, future) -> {
            if (key < step || key > step + DEPTH) {
                future.cancel(false);
            }
        });
        pending.keySet().removeIf(key -> key < step || key > step + DEPTH);
        for (long next = step; next <= step + DEPTH; next++) {
            long wanted = next;
            pending.computeIfAbsent(wanted, key -> pool.submit(() -> function.apply(wanted)));
        }
        Future<T> future = pending.remove(step);
        if (future == null) {
            throw new IllegalStateException("step " + step + " was not asked for");
        }
        return wait(future);
    }

    static <T> T wait(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
