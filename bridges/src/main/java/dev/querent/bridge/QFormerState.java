package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.CachedDecoder;
import dev.querent.nn.KeyValue;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Captioning with the Q-Former's own head: keys and values of the queries and, behind them, of the tokens so far. */
final class QFormerState implements CachedDecoder.State {

    private final QFormer model;
    private final List<KeyValueCache> caches = new ArrayList<>();
    private int position;

    /**
     * @param manager holds keys and values
     * @param queries of each layer
     */
    QFormerState(NDManager manager, QFormer model, List<KeyValue> queries) {
        this.model = model;
        for (KeyValue keyValue : queries) {
            KeyValueCache cache = new KeyValueCache(manager);
            cache.appendKeys(keyValue.keys());
            cache.appendValues(keyValue.values());
            caches.add(cache);
        }
    }

    @Override
    public NDArray next(NDManager owner, long[] tokens) {
        if (position == model.maxPositions()) {
            throw new IllegalArgumentException("the caption has " + (position + 1)
                    + " tokens, [DEC] included; the Q-Former has " + position + " positions");
        }
        long[][] column =
                Arrays.stream(tokens).mapToObj(token -> new long[] {token}).toArray(long[][]::new);
        NDArray hidden = model.embedTokens(Tensors.ofLongs(owner, column), position); // (R, 1, Db)
        for (int i = 0; i < caches.size(); i++) {
            QFormerLayer layer = model.layers().get(i);
            KeyValue own = layer.keyValue(hidden);
            KeyValue all = new KeyValue(
                    caches.get(i).appendKeys(own.keys()), caches.get(i).appendValues(own.values()));
            hidden = layer.forwardText(hidden, all);
        }
        position++;
        return model.tokenScores(hidden).squeeze(1); // (R, V)
    }

    @Override
    public void select(int[] rows) {
        caches.forEach(cache -> cache.select(rows));
    }
}
