package dev.querent.language.opt;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Activation;
import dev.querent.nn.Attention;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/** One OPT layer: self-attention and a ReLU feed-forward network, normalised before each (or after each: 350m). */
final class OptLayer {

    private static final double EPSILON = 1e-5;

    private final int heads;
    private final double scale;
    private final boolean normBefore;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final LayerNorm attentionNorm;
    private final Linear fc1;
    private final Linear fc2;
    private final LayerNorm feedForwardNorm;

    OptLayer(Opt.Config config, ParameterScope scope) {
        int width = config.hiddenSize();
        heads = config.heads();
        scale = 1 / Math.sqrt((double) width / heads);
        normBefore = config.layerNormBefore();
        ParameterScope attention = scope.child("self_attn");
        query = Linear.of(attention.child("q_proj"), width, width, config.initialisation());
        key = Linear.of(attention.child("k_proj"), width, width, config.initialisation());
        value = Linear.of(attention.child("v_proj"), width, width, config.initialisation());
        out = Linear.of(attention.child("out_proj"), width, width, config.initialisation());
        attentionNorm = new LayerNorm(scope.child("self_attn_layer_norm"), width, EPSILON);
        fc1 = Linear.of(scope.child("fc1"), width, config.feedForwardSize(), config.initialisation());
        fc2 = Linear.of(scope.child("fc2"), config.feedForwardSize(), width, config.initialisation());
        feedForwardNorm = new LayerNorm(scope.child("final_layer_norm"), width, EPSILON);
    }

    /**
     * @param x (B, L, D)
     * @param mask additive, (B, 1, L, keys)
     * @param cache holds the keys and values of earlier positions; empty outside decoding
     * @return (B, L, D)
     */
    NDArray forward(NDArray x, NDArray mask, double dropout, Optional<KeyValueCache> cache) {
        NDArray attended = attend(normBefore ? attentionNorm.forward(x) : x, mask, cache);
        NDArray y = x.add(Tensors.dropout(attended, dropout));
        y = normBefore ? y : attentionNorm.forward(y);
        NDArray fed = fc2.forward(Activation.RELU.apply(fc1.forward(normBefore ? feedForwardNorm.forward(y) : y)));
        NDArray z = y.add(Tensors.dropout(fed, dropout));
        return normBefore ? z : feedForwardNorm.forward(z);
    }

    private NDArray attend(NDArray x, NDArray mask, Optional<KeyValueCache> cache) {
        NDArray q = Attention.splitHeads(query.forward(x), heads); // (B, H, L, Dh)
        NDArray newKeys = Attention.splitHeads(key.forward(x), heads);
        NDArray newValues = Attention.splitHeads(value.forward(x), heads);
        NDArray k = cache.map(held -> held.appendKeys(newKeys)).orElse(newKeys);
        NDArray v = cache.map(held -> held.appendValues(newValues)).orElse(newValues);
        return out.forward(Attention.attend(q, k, v, Optional.of(mask), scale, 0)); // (B, L, D)
    }
}
