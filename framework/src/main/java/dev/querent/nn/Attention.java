package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Optional;

/** Scaled dot-product attention over heads; projections are the caller's, because checkpoints name and fuse them differently. */
public final class Attention {

    private Attention() {}

    /** (B, T, H * Dh) -> (B, H, T, Dh) */
    public static NDArray splitHeads(NDArray x, int heads) {
        return Tensors.LAYERS.call(x.getManager(), "split_heads", x, heads);
    }

    /**
     * @param query (B, H, Tq, Dh)
     * @param key (B, H, Tk, Dh)
     * @param value (B, H, Tk, Dh)
     * @param mask additive, broadcastable to (B, H, Tq, Tk) ({@link AttentionMask}, a relative position bias, or their sum)
     * @param scale what the products are multiplied by; 1 for T5
     * @param dropout probability on the attention weights; 0 outside training
     * @return (B, Tq, H * Dh)
     */
    public static NDArray attend(
            NDArray query, NDArray key, NDArray value, Optional<NDArray> mask, double scale, double dropout) {
        NDList masks = mask.map(NDList::new).orElseGet(NDList::new);
        return Tensors.LAYERS.call(query.getManager(), "attention", query, key, value, masks, scale, dropout);
    }

    /**
     * The weights that {@link #attend} forms its result with, which its kernel doesn't give away.
     *
     * @param query (B, H, Tq, Dh)
     * @param key (B, H, Tk, Dh)
     * @param scale what the products are multiplied by
     * @return (B, H, Tq, Tk) fp32, rows that sum to 1
     */
    public static NDArray weights(NDArray query, NDArray key, double scale) {
        NDArray scores = Tensors.fp32(query).matMul(Tensors.fp32(key).transpose(0, 1, 3, 2)); // (B, H, Tq, Tk)
        return Tensors.scale(scores, scale).softmax(-1);
    }
}
