package dev.querent.data;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Computes values of the steps to come on a few threads while the present one is being used. For one consumer. */
final class ReadAhead<T> implements AutoCloseable {

    private final LongFunction<T> function;
    private final int depth;
    private final ExecutorService pool;
    private final Map<Long, Future<T>> pending = new HashMap<>();

    ReadAhead(LongFunction<T> function, int threads) {
        this.function = function;
        depth = threads + 1;
        pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "querent-loader");
            thread.setDaemon(true);
            return thread;
        });
    }

    T get(long step) {
        pending.forEach((key, future) -> {
            if (key < step || key > step + depth) {
                future.cancel(false);
            }
        });
        pending.keySet().removeIf(key -> key < step || key > step + depth);
        for (long next = step; next <= step + depth; next++) {
            long wanted = next;
            pending.computeIfAbsent(wanted, key -> pool.submit(() -> function.apply(wanted)));
        }
        Future<T> future = pending.remove(step);
        if (future == null) {
            throw new IllegalStateException("step " + step + " was not asked for");
        }
        return wait(future);
    }

    private static <T> T wait(Future<T> future) {
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
