package dev.querent.model;

import ai.djl.ndarray.NDArray;

/** A vision encoder that can be shown an image with patches missing, for masked image modelling. */
public interface MaskedImageEncoder extends VisionEncoder {

    /**
     * As {@link #encode}, with some patch embeddings replaced before positions are added.
     *
     * @param pixels (B, 3, S, S)
     * @param hidden (B, N - 1, 1) fp32, 1 where the patch is replaced, 0 elsewhere
     * @param maskToken (Dv) what it is replaced by
     * @return (B, N, Dv)
     */
    NDArray encodeMasked(NDArray pixels, NDArray hidden, NDArray maskToken);
}
