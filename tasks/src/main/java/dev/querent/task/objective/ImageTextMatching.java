package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.querent.model.RepresentationLearner;
import dev.querent.nn.Tensors;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

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
     * The negatives of a batch's pairs.
     *
     * @param images for each pair the row of a mismatched image, -1 where there is none
     * @param texts for each pair the row of a mismatched text, -1 where there is none
     */
    public record Negatives(int[] images, int[] texts) {

        private long count() {
            return IntStream.concat(Arrays.stream(images), Arrays.stream(texts))
                    .filter(row -> row >= 0)
                    .count();
        }
    }

    /**
     * Draws the negatives of some rows of a batch; all other rows have none in the result. A row's negatives don't depend on which
     * rows it is drawn with, so the largest of several results is that of all their rows.
     *
     * @param imageToText (b, B), see {@link PairBatch}
     * @param textToImage (b, B)
     * @param first which row of the batch is their first
     */
    public Negatives draw(long step, NDArray imageToText, NDArray textToImage, boolean[][] same, int first) {
        return new Negatives(
                placed(negatives.draw(step, HardNegatives.Side.IMAGE, rows(textToImage), same, first), same, first),
                placed(negatives.draw(step, HardNegatives.Side.TEXT, rows(imageToText), same, first), same, first));
    }

    private static int[] placed(int[] drawn, boolean[][] same, int first) {
        int[] all = new int[same.length];
        Arrays.fill(all, -1);
        System.arraycopy(drawn, 0, all, first, drawn.length);
        return all;
    }

    /** @throws IllegalArgumentException where no pair of the batch has a negative, i.e. a batch of one or of equal pairs */
    public static void requireSome(Negatives drawn) {
        if (drawn.count() == 0) {
            throw new IllegalArgumentException("image-text matching needs at least two different pairs in a batch of "
                    + drawn.images().length + ": raise batch-size");
        }
    }

    /** Scores the batch's pairs; throws as {@link #requireSome}. */
    public Result loss(PairBatch batch) {
        Negatives drawn = draw(batch.step(), batch.imageToText(), batch.textToImage(), batch.same(), 0);
        requireSome(drawn);
        int[] all = IntStream.range(0, batch.rows()).toArray();
        int[] withImage = present(drawn.images(), 0, batch.rows());
        int[] withText = present(drawn.texts(), 0, batch.rows());
        int[] images = joined(all, at(drawn.images(), withImage), withText);
        int[] texts = joined(all, withImage, at(drawn.texts(), withText));
        return result(batch.view().match(images, batch.texts().select(texts)), all.length, all.length, drawn);
    }

    /**
     * Scores a part of the batch's pairs; the results of all parts add up to {@link #loss}.
     *
     * @param start the part's first pair; as many as {@code view} has images
     * @param view the part's images
     * @param foreign the negative images of the part's pairs, of those that have one: {@link #foreign}
     * @param texts (B, T) of the whole batch
     */
    public Result part(
            Negatives drawn,
            int start,
            int end,
            RepresentationLearner.ImageView view,
            RepresentationLearner.ImageView foreign,
            TokenBatch texts) {
        int[] own = IntStream.range(start, end).toArray();
        int[] withImage = present(drawn.images(), start, end);
        int[] withText = present(drawn.texts(), start, end);
        int[] images =
                Arrays.stream(joined(own, withText)).map(row -> row - start).toArray();
        NDArray logits = view.match(images, texts.select(joined(own, at(drawn.texts(), withText))));
        if (withImage.length > 0) {
            int[] order = IntStream.range(0, withImage.length).toArray();
            NDArray others = foreign.match(order, texts.select(withImage));
            logits = Tensors.concatenate(logits.getManager(), 0, logits, others);
        }
        return result(logits, own.length, texts.rows(), drawn);
    }

    /** Rows of the images that {@link #part} wants to see beside the part's own; perhaps none. */
    public static int[] foreign(Negatives drawn, int start, int end) {
        return at(drawn.images(), present(drawn.images(), start, end));
    }

    private static int[] present(int[] negatives, int start, int end) {
        return IntStream.range(start, end).filter(row -> negatives[row] >= 0).toArray();
    }

    private static int[] at(int[] values, int[] rows) {
        return Arrays.stream(rows).map(row -> values[row]).toArray();
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    /**
     * @param logits (R, 2), matched pairs first
     * @param matched how many
     * @param allMatched in the whole batch
     */
    private static Result result(NDArray logits, int matched, int allMatched, Negatives drawn) {
        int rows = (int) logits.getShape().get(0);
        long[] labels = new long[rows];
        Arrays.fill(labels, 0, matched, 1);
        NDArray targets = Torch.tensor(logits.getManager(), LongBuffer.wrap(labels), rows);
        NDArray right = logits.stopGradient().argMax(1).eq(targets).toType(DataType.FLOAT32, false);
        NDArray onMatched = Tensors.scale(Tensors.slice(right, 0, 0, matched).sum(), 0.5 / allMatched);
        NDArray onMismatched =
                Tensors.scale(Tensors.slice(right, 0, matched, rows).sum(), 0.5 / drawn.count());
        double share = (double) rows / (allMatched + drawn.count());
        return new Result(Tensors.scale(Tensors.crossEntropy(logits, targets, 0), share), onMatched.add(onMismatched));
    }

    private static float[][] rows(NDArray similarities) {
        float[] flat = similarities.toFloatArray();
        int columns = (int) similarities.getShape().get(1);
        float[][] rows = new float[flat.length / columns][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
        }
        return rows;
    }
}
