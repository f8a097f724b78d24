package dev.querent.collective;

/**
 * The rows of a batch that one rank computes. Shares of all ranks follow one another in the order of the ranks, and differ by
 * one row at most.
 *
 * @param start the first row
 * @param end behind the last row
 */
public record Share(int start, int end) {

    /**
     * A rank's share.
     *
     * @param rows of the whole batch
     * @param size number of ranks
     */
    public static Share of(int rows, int rank, int size) {
        return new Share((int) ((long) rows * rank / size), (int) ((long) rows * (rank + 1) / size));
    }

    public int rows() {
        return end - start;
    }

    /** Whether a row of the batch is in this share. */
    public boolean contains(int row) {
        return row >= start && row < end;
    }
}
