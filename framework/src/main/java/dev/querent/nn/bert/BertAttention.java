package dev.querent.nn.bert;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Attention;
import dev.querent.nn.KeyValue;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/** BERT's attention with its output layer: norm(x + dense(attend(x, keys))). Serves self- and cross-attention. */
public final class BertAttention {

    private final BertSizes sizes;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear dense;
    private final LayerNorm norm;

    /**
     * @param keyWidth width of what is attended to: D for self-attention, Dv for attention to an image
     */
    public BertAttention(ParameterScope scope, BertSizes sizes, int keyWidth, Initializer initializer) {
        this.sizes = sizes;
        int width = sizes.width();
        ParameterScope self = scope.child("self");
        query = Linear.of(self.child("query"), width, width, initializer);
        key = Linear.of(self.child("key"), keyWidth, width, initializer);
        value = Linear.of(self.child("value"), keyWidth, width, initializer);
        dense = Linear.of(scope.child("output").child("dense"), width, width, initializer);
        norm = new LayerNorm(scope.child("output").child("LayerNorm"), width, sizes.epsilon());
    }

    /**
     * Keys and values of what is attended to.
     *
     * @param source (R, T, D or Dv)
     */
    public KeyValue keyValue(NDArray source) {
        return new KeyValue(
                Attention.splitHeads(key.forward(source), sizes.heads()),
                Attention.splitHeads(value.forward(source), sizes.heads()));
    }

    /**
     * Attends and adds.
     *
     * @param x (R, Tq, D)
     * @param mask additive, broadcastable to (R, H, Tq, Tk)
     * @return (R, Tq, D)
     */
    public NDArray forward(NDArray x, KeyValue attended, Optional<NDArray> mask) {
        NDArray queries = Attention.splitHeads(query.forward(x), sizes.heads()); // (R, H, Tq, Dh)
        double active = Torch.recordsGradients() ? sizes.dropout() : 0;
        double scale = 1 / Math.sqrt((double) sizes.width() / sizes.heads());
        NDArray mixed = Attention.attend(queries, attended.keys(), attended.values(), mask, scale, active);
        return norm.forward(x.add(Tensors.dropout(dense.forward(mixed), active)));
    }
}
