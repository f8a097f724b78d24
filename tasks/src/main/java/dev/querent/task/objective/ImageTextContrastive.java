package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Tensors;
import java.util.Arrays;

/**
 * ITC: each image finds its text among the batch's, each text its image (paper section 3.2). Pairs that say the same share
 * the target, as LAVIS does by image id in retrieval fine-tuning; where all pairs differ this is its pre-training loss.
 */
public final class ImageTextContrastive {

    private final double labelSmoothing;

    /** @param labelSmoothing share of the target spread over all B texts; 0.1 in LAVIS */
    public ImageTextContrastive(double labelSmoothing) {
        this.labelSmoothing = labelSmoothing;
    }

    /** The mean of both directions' cross-entropies, a scalar in nats. */
    public NDArray loss(PairBatch batch) {
        return part(batch.imageToText(), batch.textToImage(), batch.same(), 0);
    }

    /**
     * Some rows' part of the loss; the parts of all rows add up to {@link #loss}.
     *
     * @param imageToText (b, B), see {@link PairBatch}
     * @param textToImage (b, B)
     * @param first which row of the batch is their first
     */
    public NDArray part(NDArray imageToText, NDArray textToImage, boolean[][] same, int first) {
        NDManager manager = imageToText.getManager();
        int rows = (int) imageToText.getShape().get(0);
        float[][] all = targets(same, labelSmoothing);
        NDArray targets = Tensors.ofFloats(manager, Arrays.copyOfRange(all, first, first + rows));
        NDArray toText = Tensors.softCrossEntropy(imageToText, targets);
        NDArray toImage = Tensors.softCrossEntropy(textToImage, targets);
        return Tensors.scale(toText.add(toImage), 0.5 * rows / same.length);
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
