package dev.querent.model;

import ai.djl.ndarray.NDArray;

/** A bridge whose query tokens attend to the visual features, and that can say what they read. */
public interface AttentionMaps {

    /**
     * Where each query token looks in its last cross-attention, the mean over its heads: what is read there passes no further
     * attention to the image on its way out, so of all layers it is the one whose map can be laid over the outputs.
     *
     * @param features (B, N, Dv) from the vision encoder
     * @return (B, Q, N) fp32, each row the shares of the visual tokens, class token included, with sum 1; owned by the manager of
     *     {@code features}
     */
    NDArray attention(NDArray features);
}
