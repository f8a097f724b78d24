package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** y = x W' + b. Parameters: {@code weight} (out, in) and, where there is one, {@code bias} (out). */
public final class Linear {

    private final NDArray weight;
    private final NDList bias;

    private Linear(NDArray weight, NDList bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** With torch's default initialisation. */
    public static Linear of(ParameterScope scope, long in, long out) {
        Initializer initializer = Initializer.linearDefault(in);
        return new Linear(
                scope.parameter("weight", initializer, out, in), new NDList(scope.parameter("bias", initializer, out)));
    }

    /** With the given initialisation of the weight and a bias of zero. */
    public static Linear of(ParameterScope scope, long in, long out, Initializer weight) {
        return new Linear(
                scope.parameter("weight", weight, out, in),
                new NDList(scope.parameter("bias", Initializer.zeros(), out)));
    }

    public static Linear withoutBias(ParameterScope scope, long in, long out, Initializer weight) {
        return new Linear(scope.parameter("weight", weight, out, in), new NDList());
    }

    /** A layer whose weight is another layer's too (a language-modelling head tied to the embedding). */
    public static Linear tied(NDArray weight) {
        return new Linear(weight, new NDList());
    }

    /** A tied layer with a bias (out) of its own. */
    public static Linear tied(NDArray weight, NDArray bias) {
        return new Linear(weight, new NDList(bias));
    }

    /** Of x * gain + shift; of a layer with a bias. */
    NDArray forward(NDArray x, NDArray gain, NDArray shift) {
        String kernel = MixedPrecision.covers(weight) ? "mixed_normed_linear" : "normed_linear";
        return Tensors.LAYERS.call(x.getManager(), kernel, x, weight, bias.singletonOrThrow(), gain, shift);
    }

    /** (..., in) -> (..., out), in the precision of x; in bf16 under {@link MixedPrecision}. */
    public NDArray forward(NDArray x) {
        String kernel = MixedPrecision.covers(weight) ? "mixed_linear" : "linear";
        return Tensors.LAYERS.call(x.getManager(), kernel, x, weight, bias);
    }
}
