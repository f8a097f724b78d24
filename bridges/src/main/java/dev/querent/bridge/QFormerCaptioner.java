package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.TextDecoder;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.Tensors;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Captions with the Q-Former's own head, token by token, after the queries' cached keys and values. */
final class QFormerCaptioner implements TextDecoder {

    private final QFormer model;
    private final NDManager manager = Torch.newManager();
    private final List<KeyValueCache> caches = new ArrayList<>();
    private int rows;
    private int position;
    private @Nullable NDArray logits;

    QFormerCaptioner(QFormer model, List<KeyValue> queries) {
        this.model = model;
        rows = (int) queries.get(0).keys().getShape().get(0);
        for (KeyValue keyValue : queries) {
            KeyValueCache cache = new KeyValueCache(manager);
            cache.appendKeys(keyValue.keys());
            cache.appendValues(keyValue.values());
            caches.add(cache);
        }
        long[] begin = new long[rows];
        Arrays.fill(begin, model.tokenizer().id("[DEC]"));
        feed(begin);
    }

    @Override
    public NDArray logits() {
        if (logits == null) {
            throw new IllegalStateException("select() invalidates the scores until the next feed()");
        }
        return logits;
    }

    @Override
    public void feed(long[] tokens) {
        if (position == model.maxPositions()) {
            throw new IllegalArgumentException("the caption has " + (position + 1)
                    + " tokens, [DEC] included; the Q-Former has " + position + " positions");
        }
        replaceLogits(null);
        try (NDManager step = manager.newSubManager();
                Torch.GradientMode off = Torch.withoutGradients()) {
            long[][] column = new long[tokens.length][1];
            for (int row = 0; row < tokens.length; row++) {
                column[row][0] = tokens[row];
            }
            NDArray hidden = model.embedTokens(Tensors.ofLongs(step, column), position); // (R, 1, Db)
            for (int i = 0; i < caches.size(); i++) {
                QFormerLayer layer = model.layers().get(i);
                KeyValue own = layer.keyValue(hidden);
                KeyValue all = new KeyValue(
                        caches.get(i).appendKeys(own.keys()), caches.get(i).appendValues(own.values()));
                hidden = layer.forwardText(hidden, all);
            }
            NDArray scores = model.textHead().forward(hidden).squeeze(1); // (R, V)
            scores.attach(manager);
            replaceLogits(scores);
        }
        position++;
    }

    private void replaceLogits(@Nullable NDArray next) {
        if (logits != null) {
            logits.close();
        }
        logits = next;
    }

    @Override
    public void select(int[] chosen) {
        caches.forEach(cache -> cache.select(chosen));
        if (logits != null) {
            replaceLogits(Tensors.selectRows(logits, chosen));
        }
        rows = chosen.length;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public long endToken() {
        return model.tokenizer().id("[SEP]");
    }

    @Override
    public void close() {
        manager.close();
    }
}
