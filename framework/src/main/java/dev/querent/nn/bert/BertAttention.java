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
import java.util.function.UnaryOperator;

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
        return keyValue(source, x -> x);
    }

    /**
     * Keys and values of positions that are not yet in rows.
     *
     * @param source (positions, D)
     * @param rows puts them there: (positions, D) -> (R, T, D)
     */
    public KeyValue keyValue(NDArray source, UnaryOperator<NDArray> rows) {
        return split(rows.apply(key.forward(source)), rows.apply(value.forward(source)));
    }

    /**
     * Keys and values of what is normed first.
     *
     * @param source (R, T, Dv)
     */
    public KeyValue keyValue(LayerNorm before, NDArray source) {
        return split(before.forwardInto(key, source), before.forwardInto(value, source));
    }

    private KeyValue split(NDArray keys, NDArray values) {
        return new KeyValue(Attention.splitHeads(keys, sizes.heads()), Attention.splitHeads(values, sizes.heads()));
    }

    /** What x asks for, in one piece for all heads: (..., D) -> (..., D). */
    public NDArray queries(NDArray x) {
        return query.forward(x);
    }

    /**
     * Attends.
     *
     * @param queries (R, Tq, D) as {@link #queries} gives them
     * @param mask additive, broadcastable to (R, H, Tq, Tk)
     * @return (R, Tq, D)
     */
    public NDArray attend(NDArray queries, KeyValue attended, Optional<NDArray> mask) {
        return Attention.attend(
                Attention.splitHeads(queries, sizes.heads()),
                attended.keys(),
                attended.values(),
                mask,
                scale(),
                activeDropout());
    }

    /**
     * What {@link #attend} weighs the values with where there is no mask.
     *
     * @param queries (R, Tq, D) as {@link #queries} gives them
     * @return (R, H, Tq, Tk) fp32, rows that sum to 1
     */
    public NDArray weights(NDArray queries, KeyValue attended) {
        return Attention.weights(Attention.splitHeads(queries, sizes.heads()), attended.keys(), scale());
    }

    private double scale() {
        return 1 / Math.sqrt((double) sizes.width() / sizes.heads());
    }

    /** Adds what {@link #attend} gave to what it was asked with, (..., D) both. */
    public NDArray added(NDArray x, NDArray mixed) {
        return norm.forward(x.add(Tensors.dropout(dense.forward(mixed), activeDropout())));
    }

    private double activeDropout() {
        return Torch.recordsGradients() ? sizes.dropout() : 0;
    }

    /**
     * Attends and adds.
     *
     * @param x (R, Tq, D)
     * @param mask additive, broadcastable to (R, H, Tq, Tk)
     * @return (R, Tq, D)
     */
    public NDArray forward(NDArray x, KeyValue attended, Optional<NDArray> mask) {
        return added(x, attend(queries(x), attended, mask));
    }
}
