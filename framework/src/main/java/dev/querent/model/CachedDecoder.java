package dev.querent.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Tensors;
import dev.querent.torch.Torch;

/** Decoding with a key/value cache, for any model of text that keeps one: owns memory and scores, asks a {@link State}. */
public final class CachedDecoder implements TextDecoder {

    /** What a model remembers of the R rows decoded so far. */
    public interface State {

        /**
         * Reads one token a row.
         *
         * @param owner frees everything computed here, the result included; what is remembered must not belong to it
         * @param tokens (R)
         * @return (R, V) fp32 logits of the token after it
         */
        NDArray next(NDManager owner, long[] tokens);

        /** Replaces the rows by copies of the given ones. */
        void select(int[] rows);
    }

    private final NDManager manager;
    private final State state;
    private final long endToken;
    private NDArray logits;

    /**
     * @param manager holds what the state remembers; closed with the decoder
     * @param state after reading the prompt
     * @param logits (R, V) of the first token, owned by {@code manager}
     */
    public CachedDecoder(NDManager manager, State state, NDArray logits, long endToken) {
        this.manager = manager;
        this.state = state;
        this.logits = logits;
        this.endToken = endToken;
    }

    @Override
    public NDArray logits() {
        return logits;
    }

    @Override
    public void feed(long[] tokens) {
        if (tokens.length != rows()) {
            throw new IllegalArgumentException(tokens.length + " tokens for " + rows() + " rows");
        }
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager step = manager.newSubManager()) {
            NDArray next = state.next(step, tokens);
            next.attach(manager);
            logits.close();
            logits = next;
        }
    }

    @Override
    public void select(int[] rows) {
        if (keepsAll(rows)) {
            return;
        }
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            state.select(rows);
            NDArray selected = Tensors.selectRows(logits, rows);
            logits.close();
            logits = selected;
        }
    }

    private boolean keepsAll(int[] rows) {
        if (rows.length != rows()) {
            return false;
        }
        for (int row = 0; row < rows.length; row++) {
            if (rows[row] != row) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int rows() {
        return (int) logits.getShape().get(0);
    }

    @Override
    public long endToken() {
        return endToken;
    }

    @Override
    public void close() {
        manager.close();
    }
}
