package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/** A block of EVA-CLIP: query, key and value come from one weight. */
final class EvaLayer extends PreNormLayer {

    private final int width;
    private final Linear queryKeyValue;
    private final Linear projection;

    EvaLayer(ParameterScope scope, LayerSizes sizes) {
        super(scope, sizes);
        width = sizes.width();
        ParameterScope attention = scope.child("self_attn");
        queryKeyValue = Linear.of(attention.child("qkv"), width, 3L * width, sizes.inward());
        projection = Linear.of(attention.child("projection"), width, width, sizes.outward());
    }

    @Override
    NDArray attend(NDArray x, Optional<NDArray> mask) {
        NDArray all = queryKeyValue.forward(x); // (B, N, 3 Dv)
        return projection.forward(mix(part(all, 0), part(all, 1), part(all, 2), mask));
    }

    private NDArray part(NDArray all, int index) {
        return Tensors.slice(all, 2, (long) index * width, (index + 1L) * width);
    }
}
