package dev.querent.language.t5;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Attention;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.Linear;
import dev.querent.nn.RmsNorm;
import dev.querent.nn.Tensors;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/** Attention with the norm before it and the sum after it; scores are not scaled, nothing has a bias. */
final class T5Attention {

    private final int heads;
    private final RmsNorm norm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;

    /**
     * @param scope {@code block.I.layer.J}
     * @param name {@code SelfAttention} or {@code EncDecAttention}
     */
    T5Attention(FlanT5.Config config, ParameterScope scope, String name) {
        int width = config.width();
        int inner = config.heads() * config.headSize();
        heads = config.heads();
        ParameterScope attention = scope.child(name);
        Initializer fromWidth = new Initializer.Normal(1 / Math.sqrt((double) width));
        // Without a scale in the scores the queries start smaller by the square root of the head size.
        Initializer queries = new Initializer.Normal(1 / Math.sqrt((double) width * config.headSize()));
        query = Linear.withoutBias(attention.child("q"), width, inner, queries);
        key = Linear.withoutBias(attention.child("k"), width, inner, fromWidth);
        value = Linear.withoutBias(attention.child("v"), width, inner, fromWidth);
        out = Linear.withoutBias(
                attention.child("o"), inner, width, new Initializer.Normal(1 / Math.sqrt((double) inner)));
        norm = new RmsNorm(scope.child("layer_norm"), width, FlanT5.EPSILON);
    }

    /** Keys and values, (B, H, length, Dh) each. */
    record KeysAndValues(NDArray keys, NDArray values) {}

    /** Of what an encoder gives, (B, L, Dl), for attention across. */
    KeysAndValues keysAndValues(NDArray encoded) {
        return new KeysAndValues(
                Attention.splitHeads(key.forward(encoded), heads), Attention.splitHeads(value.forward(encoded), heads));
    }

    /**
     * Self-attention.
     *
     * @param x (B, T, Dl)
     * @param mask additive, broadcastable to (B, H, T, keys), position bias included
     * @return (B, T, Dl)
     */
    NDArray forward(NDArray x, NDArray mask, double dropout, Optional<KeyValueCache> cache) {
        NDArray normed = norm.forward(x);
        KeysAndValues fresh = keysAndValues(normed);
        KeysAndValues all = cache.map(
                        held -> new KeysAndValues(held.appendKeys(fresh.keys()), held.appendValues(fresh.values())))
                .orElse(fresh);
        return attend(x, normed, all, mask, dropout);
    }

    /**
     * Cross-attention.
     *
     * @param x (B, T, Dl)
     * @param mask additive, broadcastable to (B, H, T, L)
     * @return (B, T, Dl)
     */
    NDArray across(NDArray x, KeysAndValues encoded, NDArray mask, double dropout) {
        return attend(x, norm.forward(x), encoded, mask, dropout);
    }

    private NDArray attend(NDArray x, NDArray normed, KeysAndValues all, NDArray mask, double dropout) {
        NDArray q = Attention.splitHeads(query.forward(normed), heads); // (B, H, T, Dh)
        NDArray attended = Attention.attend(q, all.keys(), all.values(), Optional.of(mask), 1, dropout);
        return x.add(Tensors.dropout(out.forward(attended), dropout)); // (B, T, Dl)
    }
}
