package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import dev.querent.torch.Torch;
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

    /**
     * {@code linear.forward(forward(x))}. While gradients are recorded weight and bias of this norm are multiplied into those of the
     * linear layer: they then get their gradients by way of its weight's, and where x needs none no product is
     * computed for it.
     *
     * @param x (..., D)
     * @return (..., out)
     */
    public NDArray forwardInto(Linear linear, NDArray x) {
        if (!Torch.recordsGradients()) {
            return linear.forward(forward(x));
        }
        NDArray standardised = Tensors.LAYERS.call(x.getManager(), "standardised", x, epsilon);
        return linear.forward(standardised, weight, bias);
    }

    /** (..., D) -> (..., D) */
    public NDArray forward(NDArray x) {
        return Tensors.LAYERS.call(x.getManager(), "layer_norm", x, weight, bias, epsilon);
    }
}
