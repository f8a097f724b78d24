package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Tensors;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * ITM: tells matched pairs from mismatched ones, each image with a hard negative text and each text with a hard negative
 * image (paper section 3.2). B positives against 2 B negatives, as LAVIS has them.
 */
public final class ImageTextMatching {

    private final HardNegatives negatives;

    public ImageTextMatching(HardNegatives negatives) {
        this.negatives = negatives;
    }

    /**
     * Loss and accuracy.
     *
     * @param loss () mean cross-entropy over all pairs, in nats
     * @param balancedAccuracy () mean of the accuracies on matched and on mismatched pairs; chance is 0.5
     */
    public record Result(NDArray loss, NDArray balancedAccuracy) {}

    /**
     * Scores the batch's pairs.
     *
     * @throws IllegalArgumentException where no pair has a negative, i.e. a batch of one or of equal pairs
     */
    public Result loss(PairBatch batch) {
        int[] image = negatives.draw(batch.step(), HardNegatives.Side.IMAGE, rows(batch.textToImage()), batch.same());
        int[] text = negatives.draw(batch.step(), HardNegatives.Side.TEXT, rows(batch.imageToText()), batch.same());
        List<int[]> pairs = new ArrayList<>(); // image row, text row
        for (int i = 0; i < batch.rows(); i++) {
            pairs.add(new int[] {i, i});
        }
        for (int i = 0; i < batch.rows(); i++) {
            if (image[i] >= 0) {
                pairs.add(new int[] {image[i], i});
            }
        }
        for (int i = 0; i < batch.rows(); i++) {
            if (text[i] >= 0) {
                pairs.add(new int[] {i, text[i]});
            }
        }
        if (pairs.size() == batch.rows()) {
            throw new IllegalArgumentException("image-text matching needs at least two different pairs in a batch of "
                    + batch.rows() + ": raise batch-size");
        }
        return score(batch, pairs);
    }

    private static Result score(PairBatch batch, List<int[]> pairs) {
        int[] images = pairs.stream().mapToInt(pair -> pair[0]).toArray();
        int[] texts = pairs.stream().mapToInt(pair -> pair[1]).toArray();
        NDArray logits = batch.view().match(images, select(batch.texts(), texts)); // (R, 2)
        long[] labels = new long[images.length];
        java.util.Arrays.fill(labels, 0, batch.rows(), 1);
        NDArray targets = Torch.tensor(logits.getManager(), java.nio.LongBuffer.wrap(labels), labels.length);
        NDArray right =
                logits.stopGradient().argMax(1).eq(targets).toType(ai.djl.ndarray.types.DataType.FLOAT32, false);
        NDArray onMatched = Tensors.slice(right, 0, 0, batch.rows()).mean();
        NDArray onMismatched =
                Tensors.slice(right, 0, batch.rows(), labels.length).mean();
        return new Result(Tensors.crossEntropy(logits, targets, 0), Tensors.scale(onMatched.add(onMismatched), 0.5));
    }

    private static TokenBatch select(TokenBatch texts, int[] rows) {
        long[][] ids = new long[rows.length][];
        long[][] mask = new long[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            ids[i] = texts.ids()[rows[i]];
            mask[i] = texts.mask()[rows[i]];
        }
        return new TokenBatch(ids, mask);
    }

    private static float[][] rows(NDArray square) {
        float[] flat = square.toFloatArray();
        int side = (int) square.getShape().get(0);
        float[][] rows = new float[side][];
        for (int i = 0; i < side; i++) {
            rows[i] = java.util.Arrays.copyOfRange(flat, i * side, (i + 1) * side);
        }
        return rows;
    }
}
