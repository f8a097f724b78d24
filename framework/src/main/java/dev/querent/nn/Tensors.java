package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Kernels;
import dev.querent.torch.Torch;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/** Stateless tensor functions that several layers use. Results belong to the manager of the first tensor, or the named one. */
public final class Tensors {

    static final Kernels LAYERS = Kernels.load(Kernels.class, "kernels/layers.py");
    private static final Kernels LOSS = Kernels.load(Kernels.class, "kernels/loss.py");

    /** Targets with this id carry no loss (torch's {@code ignore_index}). */
    public static final long IGNORED_TARGET = -100;

    private Tensors() {}

    /** Joins tensors along an axis; the result belongs to {@code owner}. */
    public static NDArray concatenate(NDManager owner, int axis, NDArray... parts) {
        return LAYERS.call(owner, "concatenate", new NDList(parts), axis);
    }

    /** Repeats a parameter (1, ...) to (rows, ...) without copying; the result belongs to {@code owner}. */
    public static NDArray expandRows(NDManager owner, NDArray parameter, long rows) {
        return LAYERS.call(owner, "expand_rows", parameter, rows);
    }

    /** A parameter under another shape, without copying; the result belongs to {@code owner}. */
    public static NDArray reshape(NDManager owner, NDArray parameter, long... shape) {
        return LAYERS.call(owner, "reshape", parameter, shape);
    }

    /** Rows of a tensor, in the given order, some perhaps several times. */
    public static NDArray selectRows(NDArray x, int... rows) {
        LongBuffer values = LongBuffer.wrap(Arrays.stream(rows).asLongStream().toArray());
        try (NDArray indices = Torch.tensor(x.getManager(), values, rows.length)) {
            return LAYERS.call(x.getManager(), "select_rows", x, indices);
        }
    }

    /**
     * Rows of a matrix, as {@link #selectRows}; with many of them its gradient is cheaper.
     *
     * @param x (rows, D)
     * @param rows (K) int64
     * @return (K, D)
     */
    public static NDArray lookUp(NDArray x, NDArray rows) {
        return LAYERS.call(x.getManager(), "embedding", rows, x);
    }

    /**
     * Adds rows to those of a tensor, in place; rows of one index add up.
     *
     * @param x (rows, ...)
     * @param indices K of them
     * @param added (K, ...)
     */
    public static void addToRows(NDArray x, int[] indices, NDArray added) {
        LongBuffer values =
                LongBuffer.wrap(Arrays.stream(indices).asLongStream().toArray());
        try (NDArray places = Torch.tensor(x.getManager(), values, indices.length)) {
            LAYERS.run("add_to_rows", x, places, added);
        }
    }

    /** x in the precision of another tensor, with gradients; the result belongs to {@code owner}. */
    public static NDArray typeAs(NDManager owner, NDArray x, NDArray other) {
        return LAYERS.call(owner, "type_as", x, other);
    }

    /** x in single precision, with gradients: what passes from one component to another. */
    public static NDArray fp32(NDArray x) {
        return LAYERS.call(x.getManager(), "to_fp32", x);
    }

    /** {@code x[..., start:end, ...]} along an axis. */
    public static NDArray slice(NDArray x, int axis, long start, long end) {
        return LAYERS.call(x.getManager(), "slice", x, axis, start, end);
    }

    /**
     * x * factor. Not {@code x.mul(factor)}: DJL turns the number into a tensor over Java memory that it frees at once, while
     * the graph keeps it for the backward pass and reads whatever stands there then.
     */
    public static NDArray scale(NDArray x, double factor) {
        return LAYERS.call(x.getManager(), "scale", x, factor);
    }

    /** Scales the last axis to length 1, in fp32. */
    public static NDArray unitLength(NDArray x) {
        return LAYERS.call(x.getManager(), "unit_length", x);
    }

    /** x with each element zeroed with a probability and the rest scaled up; x itself where the probability is 0. */
    public static NDArray dropout(NDArray x, double probability) {
        return probability == 0 ? x : LAYERS.call(x.getManager(), "dropout", x, probability);
    }

    /**
     * Mean cross-entropy in fp32.
     *
     * @param logits (..., V)
     * @param targets (...) int64, {@link #IGNORED_TARGET} where there is none
     * @return ()
     */
    public static NDArray crossEntropy(NDArray logits, NDArray targets, double labelSmoothing) {
        return LOSS.call(logits.getManager(), "cross_entropy", logits, targets, IGNORED_TARGET, labelSmoothing);
    }

    /**
     * Mean cross-entropy against rows of probabilities, both (B, N).
     *
     * @return ()
     */
    public static NDArray softCrossEntropy(NDArray logits, NDArray targets) {
        return LOSS.call(logits.getManager(), "soft_cross_entropy", logits, targets);
    }

    /**
     * Mean squared error of a prediction for a target of the same shape.
     *
     * @return ()
     */
    public static NDArray meanSquare(NDArray prediction, NDArray target) {
        return LOSS.call(prediction.getManager(), "mean_square", prediction, target);
    }

    /**
     * Cuts images into patches, row by row.
     *
     * @param pixels (B, C, S, S)
     * @param side P
     * @return (B, (S/P)^2, C * P * P)
     */
    public static NDArray patches(NDArray pixels, int side) {
        return LAYERS.call(pixels.getManager(), "patches", pixels, side);
    }

    /** (rows, columns) int64. */
    public static NDArray ofLongs(NDManager owner, long[][] values) {
        int columns = values.length == 0 ? 0 : values[0].length;
        LongBuffer flat = LongBuffer.allocate(values.length * columns);
        Arrays.stream(values).forEach(flat::put);
        return Torch.tensor(owner, flat.flip(), values.length, columns);
    }

    /** (rows, columns) fp32. */
    public static NDArray ofFloats(NDManager owner, float[][] values) {
        int columns = values.length == 0 ? 0 : values[0].length;
        FloatBuffer flat = FloatBuffer.allocate(values.length * columns);
        Arrays.stream(values).forEach(flat::put);
        return Torch.tensor(owner, flat.flip(), values.length, columns);
    }
}
