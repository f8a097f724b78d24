package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;

/** ITG: generates each text from its image's queries under the multimodal causal mask (paper section 3.2). */
public final class ImageGroundedTextGeneration {

    private final double labelSmoothing;

    /** @param labelSmoothing share of the target spread over the vocabulary; 0.1 in LAVIS */
    public ImageGroundedTextGeneration(double labelSmoothing) {
        this.labelSmoothing = labelSmoothing;
    }

    /** Mean cross-entropy over the texts' tokens, a scalar in nats. */
    public NDArray loss(PairBatch batch) {
        return batch.view().captionLoss(batch.texts(), labelSmoothing);
    }
}
