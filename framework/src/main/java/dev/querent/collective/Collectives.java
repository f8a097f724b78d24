package dev.querent.collective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * What the processes (ranks) of a data-parallel run tell each other. Every rank makes the same calls in the same order, from one
 * thread at a time; each call returns when this rank has its result. Tensors may be on any device.
 */
public interface Collectives extends AutoCloseable {

    /** This process's number, from 0. Rank 0 leads: it owns the run's folder. */
    int rank();

    /** Number of ranks. */
    int size();

    /** Whether this is rank 0. */
    default boolean leads() {
        return rank() == 0;
    }

    /** This rank's rows of a batch. */
    default Share share(int rows) {
        return Share.of(rows, rank(), size());
    }

    /**
     * Replaces a tensor by its sum over all ranks. All ranks get the same bits.
     *
     * @param tensor contiguous, fp32, of one shape on all ranks
     * @throws IllegalArgumentException where it is neither fp32 nor contiguous
     */
    void sum(NDArray tensor);

    /** Replaces numbers by their sums over all ranks. */
    void sum(double[] values);

    /** Replaces numbers by the largest over all ranks. */
    void largest(long[] values);

    /**
     * Replaces a tensor by that of rank 0.
     *
     * @param tensor contiguous, of one shape and type on all ranks
     */
    void broadcast(NDArray tensor);

    /** Replaces numbers by those of rank 0. A rank may wait here for hours: it sleeps meanwhile. */
    void broadcast(long[] values);

    /**
     * Puts the shares of all ranks together.
     *
     * @param owner of the result
     * @param own (b, ...) this rank's share
     * @param rows B, of the whole
     * @return (B, ...)
     */
    NDArray gather(NDManager owner, NDArray own, int rows);

    /**
     * Gets rows from the ranks that hold them.
     *
     * @param owner of the result
     * @param own (b, ...) this rank's share
     * @param wanted for each row of the whole the row that its rank wants, -1 for none; the same on all ranks
     * @return (w, ...) what this rank's rows want, in their order; w may be 0
     */
    NDArray fetch(NDManager owner, NDArray own, int[] wanted);

    /**
     * The way back of {@link #fetch}: adds to each row what belongs to the copies that were fetched of it, a gradient for instance.
     *
     * @param fetched (w, ...) in the order in which they were fetched
     * @param own (b, ...) added to in place, rows of this rank's share
     * @param wanted as in {@link #fetch}
     */
    void giveBack(NDArray fetched, NDArray own, int[] wanted);

    /**
     * Whether a call waits for so much longer than any before it that another rank is dead or frozen. May be asked on any thread.
     */
    default boolean isStuck() {
        return false;
    }

    /**
     * Ends all ranks at once, this one too. For a rank that can't go on while others wait for it.
     *
     * @param code the exit code
     */
    void abort(int code);

    /** Takes leave of the other ranks; waits for them. */
    @Override
    void close();
}
