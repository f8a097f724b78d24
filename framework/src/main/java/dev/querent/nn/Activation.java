package dev.querent.nn;

import ai.djl.ndarray.NDArray;

/** Activation functions, by the names of public configurations. */
public enum Activation {
    /** x * Phi(x), with the exact error function. */
    GELU("gelu"),
    /** The tanh approximation ({@code gelu_new}). */
    GELU_NEW("gelu_tanh"),
    /** x * sigmoid(1.702 x) (CLIP). */
    QUICK_GELU("quick_gelu"),
    RELU("relu");

    private final String kernel;

    Activation(String kernel) {
        this.kernel = kernel;
    }

    public NDArray apply(NDArray x) {
        return Tensors.LAYERS.call(x.getManager(), kernel, x);
    }
}
