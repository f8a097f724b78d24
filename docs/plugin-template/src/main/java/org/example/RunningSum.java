package org.example;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.CachedDecoder;
import dev.querent.nn.Tensors;
import java.util.Arrays;

/** What a {@link RunningMean} remembers while it decodes: of each row the sum of everything so far, and of how much. */
final class RunningSum implements CachedDecoder.State {

    private final RunningMean model;
    private NDArray sum; // (R, 1, Dl) fp32
    private int[] counts;

    /**
     * @param manager holds what is remembered
     * @param sequence (R, L, Dl) fp32: what has been read, padded on the right
     * @param counts how much of each row is no padding
     */
    RunningSum(NDManager manager, RunningMean model, NDArray sequence, int[] counts) {
        this.model = model;
        this.counts = counts;
        int length = (int) sequence.getShape().get(1);
        float[][] all = new float[counts.length][length];
        for (int row = 0; row < counts.length; row++) {
            Arrays.fill(all[row], 0, counts[row], 1);
        }
        sum = weights(sequence.getManager(), all).matMul(sequence);
        sum.attach(manager);
    }

    /** (R, 1, columns) */
    private static NDArray weights(NDManager owner, float[][] values) {
        return Tensors.reshape(owner, Tensors.ofFloats(owner, values), values.length, 1, values[0].length);
    }

    /** (R, V) scores after the sequence that this began with, owned by its manager. */
    NDArray scoresBehind(NDArray sequence) {
        float[][] ends = new float[counts.length][(int) sequence.getShape().get(1)];
        for (int row = 0; row < counts.length; row++) {
            ends[row][counts[row] - 1] = 1;
        }
        NDManager owner = sequence.getManager();
        return scores(owner, weights(owner, ends).matMul(sequence));
    }

    /**
     * @param last (R, 1, Dl) fp32
     * @return (R, V), owned by {@code owner} as all that is computed here
     */
    private NDArray scores(NDManager owner, NDArray last) {
        float[][] inverse = new float[counts.length][1];
        for (int row = 0; row < counts.length; row++) {
            inverse[row][0] = 1f / counts[row];
        }
        NDArray means = weights(owner, inverse).mul(sum); // (R, 1, Dl)
        NDArray scores = model.scores(model.typed(owner, last), model.typed(owner, means), 0); // (R, 1, V)
        return Tensors.reshape(owner, scores, counts.length, scores.getShape().get(2));
    }

    @Override
    public NDArray next(NDManager owner, long[] tokens) {
        long[][] column =
                Arrays.stream(tokens).mapToObj(token -> new long[] {token}).toArray(long[][]::new);
        NDArray embedded = Tensors.fp32(model.embedTokens(owner, column)); // (R, 1, Dl)
        keep(sum.add(embedded));
        counts = Arrays.stream(counts).map(count -> count + 1).toArray();
        return scores(owner, embedded);
    }

    @Override
    public void select(int[] rows) {
        int[] held = counts;
        counts = Arrays.stream(rows).map(row -> held[row]).toArray();
        keep(Tensors.selectRows(sum, rows));
    }

    private void keep(NDArray newSum) {
        sum.close();
        sum = newSum;
    }
}
