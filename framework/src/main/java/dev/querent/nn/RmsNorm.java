package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** T5's norm: no mean, no bias, variance in fp32. Parameter: {@code weight} (D). */
public final class RmsNorm {

    private final NDArray weight;
    private final double epsilon;

    public RmsNorm(ParameterScope scope, long width, double epsilon) {
        weight = scope.parameter("weight", Initializer.ones(), width);
        this.epsilon = epsilon;
    }

    /** (..., D) -> (..., D) */
    public NDArray forward(NDArray x) {
        return Tensors.LAYERS.call(x.getManager(), "rms_norm", x, weight, epsilon);
    }
}
