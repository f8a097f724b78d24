package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.nn.Tensors;
import dev.querent.torch.Torch;
import java.nio.LongBuffer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The positions of R rows without their padding: first the queries of all rows, then the tokens of all texts. Everything but
 * attention works on positions alone, so padding costs nothing there; attention gets rows of one length.
 *
 * <pre>
 *   in rows: q q a b    packed: q q q q a b c
 *            q q c -
 * </pre>
 */
final class Packing {

    private final int rows;
    private final int queries;
    private final int[] lengths;
    private final int longest;
    private final NDArray inRows; // (R * (Q + T)), for each place in the rows its packed position

    /**
     * @param owner of the indices
     * @param queries Q, 0 for text alone
     * @param mask (R, T), 1 for a token; padding is on the right
     */
    Packing(NDManager owner, int queries, long[][] mask) {
        rows = mask.length;
        this.queries = queries;
        lengths = IntStream.range(0, rows)
                .map(row -> (int) LongStream.of(mask[row]).sum())
                .toArray();
        longest = mask[0].length;
        LongBuffer positions = LongBuffer.allocate(rows * (queries + longest));
        long text = (long) rows * queries;
        for (int row = 0; row < rows; row++) {
            for (int query = 0; query < queries; query++) {
                positions.put((long) row * queries + query);
            }
            for (int token = 0; token < longest; token++) {
                positions.put(token < lengths[row] ? text + token : 0); // padding reads anything, nobody attends to it
            }
            text += lengths[row];
        }
        inRows = Torch.tensor(owner, positions.flip(), positions.limit());
    }

    /** The tokens of (R, T) values, one text behind the other. */
    long[] tokens(long[][] values) {
        return IntStream.range(0, rows)
                .boxed()
                .flatMapToLong(row -> LongStream.of(values[row]).limit(lengths[row]))
                .toArray();
    }

    /** (positions, Db) -> (R, Q + T, Db) */
    NDArray rows(NDArray packed) {
        long width = packed.getShape().get(1);
        return Tensors.lookUp(packed, inRows).reshape(new Shape(rows, queries + longest, width));
    }

    /** Keeps every position. */
    Kept all(NDManager owner) {
        return kept(owner, rows * queries, 0);
    }

    /** Keeps the queries. */
    Kept queries(NDManager owner) {
        return kept(owner, rows * queries, longest);
    }

    /** Keeps the first token of each text, and no queries. */
    Kept firstTokens(NDManager owner) {
        long[] places = new long[rows];
        long[] positions = new long[rows];
        long text = (long) rows * queries;
        for (int row = 0; row < rows; row++) {
            places[row] = place(row, 0);
            positions[row] = text;
            text += lengths[row];
        }
        return Kept.of(owner, 0, positions, places);
    }

    /** Keeps the tokens that have another one behind them, and no queries. */
    Kept tokensButLast(NDManager owner) {
        return kept(owner, 0, 1);
    }

    private long place(int row, int token) {
        return (long) row * (queries + longest) + queries + token;
    }

    private Kept kept(NDManager owner, int queryPositions, int withoutLast) {
        LongStream.Builder positions = LongStream.builder();
        LongStream.Builder places = LongStream.builder();
        for (int position = 0; position < queryPositions; position++) {
            positions.add(position);
            places.add((long) (position / queries) * (queries + longest) + position % queries);
        }
        long text = (long) rows * queries;
        for (int row = 0; row < rows; row++) {
            for (int token = 0; token < lengths[row] - withoutLast; token++) {
                positions.add(text + token);
                places.add(place(row, token));
            }
            text += lengths[row];
        }
        return Kept.of(
                owner,
                queryPositions,
                positions.build().toArray(),
                places.build().toArray());
    }

    /**
     * The positions that a layer goes on with: in the last one, those that are asked for.
     *
     * @param queries how many of them are queries; these come first
     * @param positions (K) packed
     * @param places (K) in the rows
     */
    record Kept(int queries, NDArray positions, NDArray places) {

        private static Kept of(NDManager owner, int queries, long[] positions, long[] places) {
            return new Kept(
                    queries,
                    Torch.tensor(owner, LongBuffer.wrap(positions), positions.length),
                    Torch.tensor(owner, LongBuffer.wrap(places), places.length));
        }

        /** (positions, Db) -> (K, Db) */
        NDArray of(NDArray packed) {
            return packed.getShape().get(0) == positions.size() ? packed : Tensors.lookUp(packed, positions);
        }

        /** (R, Q + T, Db) -> (K, Db) */
        NDArray fromRows(NDArray inRows) {
            long width = inRows.getShape().get(2);
            return Tensors.lookUp(inRows.reshape(new Shape(-1, width)), places);
        }
    }
}
