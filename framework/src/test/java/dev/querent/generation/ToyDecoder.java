package dev.querent.generation;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.TextDecoder;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A hand-written decoder: scores are a function of the row's start and of the tokens fed to it. Counts what it is asked. */
final class ToyDecoder implements TextDecoder {

    private final NDManager manager = Torch.newManager();
    private final Function<List<Long>, float[]> scores;
    private final long endToken;
    private List<List<Long>> rows = new ArrayList<>();
    private NDArray current;
    final List<Integer> rowsAsked = new ArrayList<>();
    boolean closed;

    /**
     * @param starts each row's first token, of which the scores may depend
     * @param scores from all tokens of a row, its start included
     */
    ToyDecoder(long[] starts, long endToken, Function<List<Long>, float[]> scores) {
        this.scores = scores;
        this.endToken = endToken;
        for (long start : starts) {
            rows.add(List.of(start));
        }
    }

    @Override
    public NDArray logits() {
        if (current != null) {
            current.close();
        }
        rowsAsked.add(rows.size());
        current = manager.create(rows.stream().map(scores).toArray(float[][]::new));
        return current;
    }

    @Override
    public void feed(long[] tokens) {
        assertRows(tokens.length);
        for (int row = 0; row < tokens.length; row++) {
            List<Long> longer = new ArrayList<>(rows.get(row));
            longer.add(tokens[row]);
            rows.set(row, longer);
        }
    }

    private void assertRows(int given) {
        if (given != rows.size()) {
            throw new AssertionError(rows.size() + " rows but " + given + " tokens");
        }
    }

    @Override
    public void select(int[] chosen) {
        rows = new ArrayList<>(Arrays.stream(chosen).mapToObj(rows::get).toList());
    }

    @Override
    public int rows() {
        return rows.size();
    }

    @Override
    public long endToken() {
        return endToken;
    }

    /** Tensors alive in the decoder's memory. */
    int liveTensors() {
        return ((BaseNDManager) manager).getManagedArrays().size();
    }

    @Override
    public void close() {
        closed = true;
        manager.close();
    }
}
