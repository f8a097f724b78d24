package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Attention;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/** BERT's attention with its output layer: norm(x + dense(attend(x, keys))). Serves self- and cross-attention. */
final class QFormerAttention {

    private final int heads;
    private final double scale;
    private final double dropout;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear dense;
    private final LayerNorm norm;

    /**
     * @param keyWidth width of what is attended to: Db for self-attention, Dv for cross-attention
     */
    QFormerAttention(ParameterScope scope, QFormer.Config config, int keyWidth, double std) {
        int width = config.width();
        heads = config.heads();
        scale = 1 / Math.sqrt((double) width / heads);
        dropout = config.dropout();
        Initializer normal = new Initializer.Normal(std);
        ParameterScope self = scope.child("self");
        query = Linear.of(self.child("query"), width, width, normal);
        key = Linear.of(self.child("key"), keyWidth, width, normal);
        value = Linear.of(self.child("value"), keyWidth, width, normal);
        dense = Linear.of(scope.child("output").child("dense"), width, width, normal);
        norm = new LayerNorm(scope.child("output").child("LayerNorm"), width, QFormer.NORM_EPSILON);
    }

    /**
     * Keys and values of what is attended to.
     *
     * @param source (R, T, Db or Dv)
     */
    KeyValue keyValue(NDArray source) {
        return new KeyValue(
                Attention.splitHeads(key.forward(source), heads), Attention.splitHeads(value.forward(source), heads));
    }

    /**
     * Attends and adds.
     *
     * @param x (R, Tq, Db)
     * @param mask additive, broadcastable to (R, H, Tq, Tk)
     * @return (R, Tq, Db)
     */
    NDArray forward(NDArray x, KeyValue attended, Optional<NDArray> mask) {
        NDArray queries = Attention.splitHeads(query.forward(x), heads); // (R, H, Tq, Dh)
        double active = Torch.recordsGradients() ? dropout : 0;
        NDArray mixed = Attention.attend(queries, attended.keys(), attended.values(), mask, scale, active);
        return norm.forward(x.add(Tensors.dropout(dense.forward(mixed), active)));
    }
}
