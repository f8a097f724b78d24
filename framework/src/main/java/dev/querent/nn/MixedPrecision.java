package dev.querent.nn;

import ai.djl.ndarray.NDArray;

/**
 * Mixed precision (arXiv 1710.03740): linear layers that are trained multiply in bf16, with rounded copies of their weights, and
 * attention multiplies what they give. The weights themselves stay in fp32, as do their gradients, norms, softmaxes, sums of residuals and
 * losses. bf16 has fp32's range, so the loss needs no scale. Layers of frozen parts compute in their own precision. Takes effect
 * on the thread that opened it, until it is closed.
 */
public final class MixedPrecision implements AutoCloseable {

    private static final ThreadLocal<Boolean> CURRENT = ThreadLocal.withInitial(() -> false);

    private final boolean before = CURRENT.get();

    private MixedPrecision() {}

    /** From here on trained layers compute so, or in fp32. */
    public static MixedPrecision begin(boolean mixed) {
        MixedPrecision begun = new MixedPrecision();
        CURRENT.set(mixed);
        return begun;
    }

    /** Whether a layer is to multiply in bf16. */
    static boolean covers(NDArray weight) {
        return CURRENT.get() && weight.hasGradient();
    }

    @Override
    public void close() {
        CURRENT.set(before);
    }
}
