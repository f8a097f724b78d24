package dev.querent.app.plan;

import dev.querent.weights.Precision;

/**
 * Operations of a transformer layer, and what it keeps for the backward pass: what norms, attention and activation functions
 * read and, where the layer is trained, what its linear layers read. Attention weights count, which only fused kernels spare;
 * masks of dropout don't.
 *
 * @param width D
 * @param heads of attention
 * @param headSize Dh
 * @param feedForward width of the feed-forward network
 * @param gated whether that has a third matrix
 * @param precision that it computes in
 */
record TransformerLayer(
        double width, double heads, double headSize, double feedForward, boolean gated, Precision precision) {

    private double inner() {
        return heads * headSize;
    }

    /**
     * @param tokens that are computed
     * @param keys that each of them attends to, itself included
     */
    Work selfAttention(Graph graph, double tokens, double keys) {
        double kept = width + 4 * inner() + heads * keys;
        return Work.of(graph.linear(tokens, width, 4 * inner()), graph.attention(tokens, keys, inner()))
                .keeping(bytes() * tokens * graph.keeping(kept, width));
    }

    /** Attention to what {@link #keysAndValues} made. */
    Work crossAttention(Graph graph, double tokens, double keys) {
        double kept = width + 2 * inner() + heads * keys;
        return Work.of(graph.linear(tokens, width, 2 * inner()), graph.attention(tokens, keys, inner()))
                .keeping(bytes() * tokens * graph.keeping(kept, width));
    }

    /** Keys and values of what cross-attention reads. */
    Work keysAndValues(Graph graph, double tokens, double sourceWidth) {
        return graph.linear(tokens, sourceWidth, 2 * inner()).keeping(keysAndValuesKept(graph, tokens));
    }

    /** What a copy of keys and values takes. */
    double keysAndValuesKept(Graph graph, double tokens) {
        return bytes() * tokens * graph.keeping(2 * inner(), 0);
    }

    Work feedForward(Graph graph, double tokens) {
        double activations = gated ? 3 : 1;
        return graph.linear(tokens, width, (gated ? 3 : 2) * feedForward)
                .keeping(bytes() * tokens * graph.keeping(width + activations * feedForward, width + feedForward));
    }

    /** Self-attention among {@code tokens} and feed-forward. */
    Work block(Graph graph, double tokens) {
        return Work.of(selfAttention(graph, tokens, tokens), feedForward(graph, tokens));
    }

    /**
     * Layers one behind the other.
     *
     * @param one of them
     * @param recompute whether each is computed twice to keep less
     */
    Work stack(Work one, int count, double tokens, boolean recompute) {
        return recompute ? one.recomputed(count, bytes() * tokens * width) : one.times(count);
    }

    /** Scores over a vocabulary, kept in fp32 with their softmax. */
    static Work scores(Graph graph, double tokens, double width, double vocabulary) {
        return graph.linear(tokens, width, vocabulary)
                .keeping(Bytes.each(Precision.FP32) * tokens * graph.keeping(2 * vocabulary, 0));
    }

    private double bytes() {
        return Bytes.each(precision);
    }
}
