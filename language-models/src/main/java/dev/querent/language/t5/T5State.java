package dev.querent.language.t5;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.language.t5.T5Attention.KeysAndValues;
import dev.querent.model.CachedDecoder;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Decoding with a T5: what was encoded, read once, and the keys and values of the tokens so far. */
final class T5State implements CachedDecoder.State {

    private final FlanT5 model;
    private final List<KeyValueCache> caches = new ArrayList<>();
    private List<KeysAndValues> encoded;
    private NDArray encodedMask;
    private int[] sources;

    /**
     * @param manager holds keys and values; owns {@code encoded} and {@code encodedMask} too
     */
    T5State(NDManager manager, FlanT5 model, List<KeysAndValues> encoded, NDArray encodedMask) {
        this.model = model;
        this.encoded = encoded;
        this.encodedMask = encodedMask;
        sources = IntStream.range(0, (int) encodedMask.getShape().get(0)).toArray();
        for (int layer = 0; layer < model.decoder().layers(); layer++) {
            caches.add(new KeyValueCache(manager));
        }
    }

    @Override
    public NDArray next(NDManager owner, long[] tokens) {
        long[][] column =
                Arrays.stream(tokens).mapToObj(token -> new long[] {token}).toArray(long[][]::new);
        NDArray embeddings = model.embed(Tensors.ofLongs(owner, column)); // (R, 1, Dl)
        NDArray hidden = model.decoder().forward(embeddings, encoded, encodedMask, 0, caches, layer -> {});
        NDArray scores = model.scores(hidden); // (R, 1, V)
        return scores.reshape(new Shape(tokens.length, scores.getShape().get(2)));
    }

    /** Beams of one image read the same encoding, so reordering them leaves it alone. */
    @Override
    public void select(int[] rows) {
        caches.forEach(cache -> cache.select(rows));
        int[] wanted = Arrays.stream(rows).map(row -> sources[row]).toArray();
        if (Arrays.equals(wanted, sources)) {
            return;
        }
        sources = wanted;
        encoded = encoded.stream()
                .map(each -> new KeysAndValues(replace(each.keys(), rows), replace(each.values(), rows)))
                .toList();
        encodedMask = replace(encodedMask, rows);
    }

    private static NDArray replace(NDArray held, int[] rows) {
        NDArray selected = Tensors.selectRows(held, rows);
        held.close();
        return selected;
    }
}
