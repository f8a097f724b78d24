package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** Layer normalisation, computed in fp32. Parameters: {@code weight} and {@code bias} (D). */
public final class LayerNorm {

    private final NDArray weight;
    private final NDArray bias;
    private final double epsilon;

    public LayerNorm(ParameterScope scope, long width, double epsilon) {
        weight = scope.parameter("weight", Initializer.ones(), width);
        bias = scope.parameter("bias", Initializer.zeros(), width);
        this.epsilon = epsilon;
    }

    /** (..., D) -> (..., D) */
    public NDArray forward(NDArray x) {
        return Tensors.LAYERS.call(x.getManager(), "layer_norm", x, weight, bias, epsilon);
    }
}
