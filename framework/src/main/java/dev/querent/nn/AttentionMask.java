package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.nio.FloatBuffer;

/**
 * Who may attend to whom. In Java 1 or true means "attend"; as a tensor a mask is additive: 0 to attend, {@link #BLOCKED}
 * not to.
 */
public final class AttentionMask {

    /** Added to a blocked score: its softmax weight is exactly 0 in fp32 and bf16, and a fully blocked row stays finite. */
    public static final float BLOCKED = -1e9f;

    private AttentionMask() {}

    /** Whether one query position may attend to one key position of one row of the batch. */
    @FunctionalInterface
    public interface Rule {
        boolean attends(int row, int query, int key);
    }

    /**
     * @return (B, 1, Tq, Tk) additive
     */
    public static NDArray of(NDManager owner, int rows, int queries, int keys, Rule rule) {
        FloatBuffer values = FloatBuffer.allocate(rows * queries * keys);
        for (int row = 0; row < rows; row++) {
            for (int query = 0; query < queries; query++) {
                for (int key = 0; key < keys; key++) {
                    values.put(rule.attends(row, query, key) ? 0 : BLOCKED);
                }
            }
        }
        return Torch.tensor(owner, values.flip(), rows, 1, queries, keys);
    }

    /**
     * Every query sees the keys that are not padding.
     *
     * @param keyMask (B, Tk), 1 for a token
     * @return (B, 1, 1, Tk)
     */
    public static NDArray padding(NDManager owner, long[][] keyMask) {
        return of(owner, keyMask.length, 1, keyMask[0].length, (row, query, key) -> keyMask[row][key] == 1);
    }

    /**
     * Query t sees keys up to itself that are not padding; the queries are the last Tq of the keys.
     *
     * @param keyMask (B, Tk), 1 for a token
     * @return (B, 1, Tq, Tk)
     */
    public static NDArray causal(NDManager owner, long[][] keyMask, int queries) {
        int keys = keyMask[0].length;
        return of(
                owner,
                keyMask.length,
                queries,
                keys,
                (row, query, key) -> key <= query + keys - queries && keyMask[row][key] == 1);
    }
}
