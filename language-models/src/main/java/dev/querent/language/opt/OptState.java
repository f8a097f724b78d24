package dev.querent.language.opt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.CachedDecoder;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Decoding with an OPT: keys and values of every layer, and which of them are padding. */
final class OptState implements CachedDecoder.State {

    private final OptStack stack;
    private final List<KeyValueCache> caches = new ArrayList<>();
    private long[][] keyMask;

    /**
     * @param manager holds keys and values
     * @param keyMask (R, L) of the prompt, which {@link #read} then reads
     */
    OptState(NDManager manager, OptStack stack, long[][] keyMask) {
        this.stack = stack;
        this.keyMask = keyMask;
        for (int layer = 0; layer < stack.layers(); layer++) {
            caches.add(new KeyValueCache(manager));
        }
    }

    /**
     * @param embeddings (R, L, Dl)
     * @return (R, V) scores after the last position
     */
    NDArray read(NDArray embeddings) {
        long length = embeddings.getShape().get(1);
        NDArray hidden = stack.forward(embeddings, keyMask, 0, caches, layer -> {});
        NDArray last = Tensors.slice(hidden, 1, length - 1, length); // (R, 1, Dl)
        NDArray scores = stack.scores(last); // (R, 1, V)
        return scores.reshape(new Shape(keyMask.length, scores.getShape().get(2)));
    }

    @Override
    public NDArray next(NDManager owner, long[] tokens) {
        keyMask = Arrays.stream(keyMask).map(row -> OptText.join(row, 1)).toArray(long[][]::new);
        long[][] column =
                Arrays.stream(tokens).mapToObj(token -> new long[] {token}).toArray(long[][]::new);
        return read(stack.embed(Tensors.ofLongs(owner, column)));
    }

    @Override
    public void select(int[] rows) {
        long[][] held = keyMask;
        keyMask = Arrays.stream(rows).mapToObj(row -> held[row]).toArray(long[][]::new);
        caches.forEach(cache -> cache.select(rows));
    }
}
