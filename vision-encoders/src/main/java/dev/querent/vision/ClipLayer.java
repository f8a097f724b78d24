package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Activation;
import dev.querent.nn.Attention;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/** One pre-norm block of CLIP: x += out(attend(norm1 x)); x += fc2(act(fc1(norm2 x))). */
final class ClipLayer {

    private final int heads;
    private final double scale;
    private final Activation activation;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final Linear fc1;
    private final Linear fc2;

    ClipLayer(ParameterScope scope, ClipVit.Config config) {
        int width = config.width();
        heads = config.heads();
        scale = 1 / Math.sqrt((double) width / heads);
        activation = config.activation();
        norm1 = new LayerNorm(scope.child("layer_norm1"), width, config.epsilon());
        norm2 = new LayerNorm(scope.child("layer_norm2"), width, config.epsilon());
        ParameterScope attention = scope.child("self_attn");
        // torch's linear default has variance 1/3 of 1/width; the outputs of both branches add up over the layers, so
        // they
        // start smaller, as in CLIP's own code
        Initializer inward = new Initializer.Normal(1 / Math.sqrt(width));
        Initializer outward = new Initializer.Normal(1 / Math.sqrt(2.0 * width * config.layers()));
        query = Linear.of(attention.child("q_proj"), width, width, inward);
        key = Linear.of(attention.child("k_proj"), width, width, inward);
        value = Linear.of(attention.child("v_proj"), width, width, inward);
        out = Linear.of(attention.child("out_proj"), width, width, outward);
        fc1 = Linear.of(
                scope.child("mlp").child("fc1"),
                width,
                config.mlp(),
                new Initializer.Normal(1 / Math.sqrt(2.0 * width)));
        fc2 = Linear.of(scope.child("mlp").child("fc2"), config.mlp(), width, outward);
    }

    /** (B, N, Dv) -> (B, N, Dv) */
    NDArray forward(NDArray x) {
        NDArray attended = x.add(attend(norm1.forward(x)));
        return attended.add(fc2.forward(activation.apply(fc1.forward(norm2.forward(attended)))));
    }

    private NDArray attend(NDArray x) {
        NDArray mixed = Attention.attend(
                Attention.splitHeads(query.forward(x), heads), // (B, H, N, Dh)
                Attention.splitHeads(key.forward(x), heads),
                Attention.splitHeads(value.forward(x), heads),
                Optional.empty(),
                scale,
                0); // (B, N, Dv)
        return out.forward(mixed);
    }
}
