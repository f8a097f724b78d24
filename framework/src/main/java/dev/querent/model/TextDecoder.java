package dev.querent.model;

import ai.djl.ndarray.NDArray;

/** Decoding in progress with its key/value cache: R rows, one token a row at a time. Not thread-safe. */
public interface TextDecoder extends AutoCloseable {

    /**
     * Scores for each row's next token, after everything fed so far.
     *
     * @return (R, V) fp32 logits; valid until the next call
     */
    NDArray logits();

    /**
     * Feeds one token to each row.
     *
     * @param tokens (R)
     */
    void feed(long[] tokens);

    /** Replaces the rows by copies of the given ones (beam reordering, or widening from B to B * K). */
    void select(int[] rows);

    /** Number of rows R. */
    int rows();

    /** The token that ends a text. */
    long endToken();

    @Override
    void close();
}
