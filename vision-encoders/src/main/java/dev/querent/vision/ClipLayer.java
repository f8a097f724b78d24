package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Linear;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/** A block of CLIP, of either tower, with a weight each for query, key and value. */
final class ClipLayer extends PreNormLayer {

    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;

    ClipLayer(ParameterScope scope, LayerSizes sizes) {
        super(scope, sizes);
        ParameterScope attention = scope.child("self_attn");
        int width = sizes.width();
        query = Linear.of(attention.child("q_proj"), width, width, sizes.inward());
        key = Linear.of(attention.child("k_proj"), width, width, sizes.inward());
        value = Linear.of(attention.child("v_proj"), width, width, sizes.inward());
        out = Linear.of(attention.child("out_proj"), width, width, sizes.outward());
    }

    @Override
    NDArray attend(NDArray x, Optional<NDArray> mask) {
        return out.forward(mix(query.forward(x), key.forward(x), value.forward(x), mask));
    }
}
