package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.AttentionMask;

/**
 * The attention masks of stage 1 (paper figure 2). Rows attend, columns are attended to; q is a query, t a text token, - is
 * blocked; padding is always blocked.
 *
 * <pre>
 *   unimodal (ITC)      bidirectional (ITM)   multimodal causal (ITG)
 *        q q t t             q q t t               q q t t
 *     q  1 1 - -          q  1 1 1 1            q  1 1 - -
 *     q  1 1 - -          q  1 1 1 1            q  1 1 - -
 *     t  - - 1 1          t  1 1 1 1            t  1 1 1 -
 *     t  - - 1 1          t  1 1 1 1            t  1 1 1 1
 * </pre>
 *
 * The unimodal mask needs no tensor: queries and text go through the layers in two passes. In the causal one the query rows
 * see queries only, so the query pass is done once and the text pass attends to its keys and values.
 */
final class QFormerMask {

    private QFormerMask() {}

    /**
     * For queries and text in one pass.
     *
     * @param text (R, T) padding mask
     * @return (R, 1, 1, Q + T)
     */
    static NDArray bidirectional(NDManager owner, int queries, long[][] text) {
        return AttentionMask.of(
                owner,
                text.length,
                1,
                queries + text[0].length,
                (row, query, key) -> key < queries || text[row][key - queries] == 1);
    }

    /**
     * For the text rows alone, behind the queries' keys.
     *
     * @param text (R, T) padding mask
     * @return (R, 1, T, Q + T)
     */
    static NDArray causalText(NDManager owner, int queries, long[][] text) {
        int length = text[0].length;
        return AttentionMask.of(
                owner,
                text.length,
                length,
                queries + length,
                (row, query, key) -> key < queries || (key - queries <= query && text[row][key - queries] == 1));
    }
}
