package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Tensors;

/**
 * ITC: each image finds its text among the batch's, each text its image (paper section 3.2). Pairs that say the same share
 * the target, as LAVIS does by image id in retrieval fine-tuning; where all pairs differ this is its pre-training loss.
 * Unlike LAVIS, whose gather cuts the gradient to the other side, both sides of each direction are trained.
 */
public final class ImageTextContrastive {

    private final double labelSmoothing;

    /** @param labelSmoothing share of the target spread over all B texts; 0.1 in LAVIS */
    public ImageTextContrastive(double labelSmoothing) {
        this.labelSmoothing = labelSmoothing;
    }

    /** The mean of both directions' cross-entropies, a scalar in nats. */
    public NDArray loss(PairBatch batch) {
        return loss(batch.imageToText(), batch.textToImage(), batch.same());
    }

    /** As {@link #loss(PairBatch)}, of similarities (B, B) alone. */
    public NDArray loss(NDArray imageToText, NDArray textToImage, boolean[][] same) {
        NDManager manager = imageToText.getManager();
        NDArray targets = Tensors.ofFloats(manager, targets(same, labelSmoothing));
        NDArray toText = Tensors.softCrossEntropy(imageToText, targets);
        NDArray toImage = Tensors.softCrossEntropy(textToImage, targets);
        return Tensors.scale(toText.add(toImage), 0.5);
    }

    /** Each row a distribution over B candidates; {@code same} is symmetric, so it serves both directions. */
    static float[][] targets(boolean[][] same, double labelSmoothing) {
        int rows = same.length;
        float[][] targets = new float[rows][rows];
        for (int i = 0; i < rows; i++) {
            int matches = 0;
            for (boolean match : same[i]) {
                matches += match ? 1 : 0;
            }
            for (int j = 0; j < rows; j++) {
                targets[i][j] = (float) (labelSmoothing / rows + (same[i][j] ? (1 - labelSmoothing) / matches : 0));
            }
        }
        return targets;
    }
}
