package dev.querent.language.t5;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Activation;
import dev.querent.nn.Linear;
import dev.querent.nn.RmsNorm;
import dev.querent.nn.Tensors;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** Gated feed-forward network, wo(act(wi_0 x) * wi_1 x), with the norm before it and the sum after it. */
final class T5FeedForward {

    private final Activation activation;
    private final RmsNorm norm;
    private final Linear gate;
    private final Linear in;
    private final Linear out;

    /**
     * @param scope {@code block.I.layer.J}
     */
    T5FeedForward(FlanT5.Config config, ParameterScope scope) {
        int width = config.width();
        int inner = config.feedForwardSize();
        activation = config.activation();
        ParameterScope dense = scope.child("DenseReluDense");
        Initializer fromWidth = new Initializer.Normal(1 / Math.sqrt((double) width));
        gate = Linear.withoutBias(dense.child("wi_0"), width, inner, fromWidth);
        in = Linear.withoutBias(dense.child("wi_1"), width, inner, fromWidth);
        out = Linear.withoutBias(
                dense.child("wo"), inner, width, new Initializer.Normal(1 / Math.sqrt((double) inner)));
        norm = new RmsNorm(scope.child("layer_norm"), width, FlanT5.EPSILON);
    }

    /** (B, T, Dl) -> (B, T, Dl) */
    NDArray forward(NDArray x, double dropout) {
        NDArray normed = norm.forward(x);
        NDArray gated = activation.apply(gate.forward(normed)).mul(in.forward(normed)); // (B, T, F)
        return x.add(Tensors.dropout(out.forward(Tensors.dropout(gated, dropout)), dropout));
    }
}
