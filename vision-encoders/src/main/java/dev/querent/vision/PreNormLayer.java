package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Attention;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/**
 * One pre-norm block of a transformer: x += attend(norm1 x); x += fc2(act(fc1(norm2 x))). The layouts differ in how the
 * attention's weights are kept.
 */
abstract class PreNormLayer {

    private final LayerSizes sizes;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Linear fc1;
    private final Linear fc2;

    PreNormLayer(ParameterScope scope, LayerSizes sizes) {
        this.sizes = sizes;
        int width = sizes.width();
        norm1 = new LayerNorm(scope.child("layer_norm1"), width, sizes.epsilon());
        norm2 = new LayerNorm(scope.child("layer_norm2"), width, sizes.epsilon());
        ParameterScope mlp = scope.child("mlp");
        fc1 = Linear.of(mlp.child("fc1"), width, sizes.mlp(), new Initializer.Normal(1 / Math.sqrt(2.0 * width)));
        fc2 = Linear.of(mlp.child("fc2"), sizes.mlp(), width, sizes.outward());
    }

    /**
     * Applies the block.
     *
     * @param x (B, N, D)
     * @param mask additive, broadcastable to (B, H, N, N)
     * @return (B, N, D)
     */
    NDArray forward(NDArray x, Optional<NDArray> mask) {
        NDArray attended = x.add(attend(norm1.forward(x), mask));
        return attended.add(fc2.forward(sizes.activation().apply(fc1.forward(norm2.forward(attended)))));
    }

    /** (B, N, D) -> (B, N, D) */
    abstract NDArray attend(NDArray x, Optional<NDArray> mask);

    /** Of (B, N, D) each, to (B, N, D). */
    NDArray mix(NDArray query, NDArray key, NDArray value, Optional<NDArray> mask) {
        double scale = 1 / Math.sqrt((double) sizes.width() / sizes.heads());
        return Attention.attend(split(query), split(key), split(value), mask, scale, 0);
    }

    private NDArray split(NDArray x) {
        return Attention.splitHeads(x, sizes.heads()); // (B, H, N, Dh)
    }
}
