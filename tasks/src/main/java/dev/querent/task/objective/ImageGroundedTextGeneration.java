package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import dev.querent.model.RepresentationLearner;
import dev.querent.text.TokenBatch;

/** ITG: generates each text from its image's queries under the multimodal causal mask (paper section 3.2). */
public final class ImageGroundedTextGeneration {

    private final double labelSmoothing;

    /** @param labelSmoothing share of the target spread over the vocabulary; 0.1 in LAVIS */
    public ImageGroundedTextGeneration(double labelSmoothing) {
        this.labelSmoothing = labelSmoothing;
    }

    /** Mean cross-entropy over the texts' tokens, a scalar in nats. */
    public NDArray loss(PairBatch batch) {
        return loss(batch.view(), batch.texts());
    }

    /** As {@link #loss(PairBatch)}, of images and their texts (B, T). */
    public NDArray loss(RepresentationLearner.ImageView view, TokenBatch texts) {
        return view.captionLoss(texts, labelSmoothing);
    }
}
