package dev.querent.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Writes checkpoints while training goes on: the state is copied at once and written on a thread of its own, one checkpoint at a
 * time. A write that fails is told by the next call, so that no more steps are lost than were done meanwhile.
 */
final class CheckpointWriter implements AutoCloseable {

    private final CheckpointStore store;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "checkpoint-writer"));
    private Optional<Future<?>> writing = Optional.empty();

    CheckpointWriter(CheckpointStore store) {
        this.store = store;
    }

    /**
     * Begins to save the state at a position, when the checkpoint before it is written.
     *
     * @param state copied before this returns
     */
    void save(CheckpointStore.Position position, Map<String, NDArray> state) {
        finish();
        NDManager copies = Torch.newManager();
        Map<String, NDArray> copied = new LinkedHashMap<>();
        state.forEach((name, tensor) -> {
            NDArray copy = tensor.duplicate();
            copy.attach(copies);
            copied.put(name, copy);
        });
        writing = Optional.of(thread.submit(() -> {
            try (copies) {
                store.save(position, copied);
            }
        }));
    }

    /** Throws what went wrong in a write that has ended. */
    void check() {
        if (writing.isPresent() && writing.get().isDone()) {
            finish();
        }
    }

    /**
     * Waits until everything is written.
     *
     * @throws java.io.UncheckedIOException where it can't be
     */
    void finish() {
        Optional<Future<?>> last = writing;
        writing = Optional.empty();
        try {
            if (last.isPresent()) {
                last.get().get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a checkpoint was written", e);
        }
    }

    /** Lets a write that is under way end. */
    @Override
    public void close() {
        thread.shutdown();
        while (!thread.isTerminated()) {
            try {
                thread.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
