package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.util.function.UnaryOperator;

/** Frees a layer's intermediate tensors as soon as it is done, where no graph needs them or they will be computed again. */
public final class Intermediates {

    private Intermediates() {}

    /**
     * Applies a layer. Without gradients everything the layer made but its result is freed, and so is its input; under
     * {@link Recomputation} everything but both.
     *
     * @param x owned by its manager; must not be used again
     * @return owned by the manager of {@code x}
     */
    public static NDArray freed(NDArray x, UnaryOperator<NDArray> layer) {
        if (Torch.recordsGradients()) {
            return Recomputation.current()
                    .map(recomputation -> recomputation.apply(x, layer))
                    .orElseGet(() -> layer.apply(x));
        }
        NDManager owner = x.getManager();
        try (NDManager inner = owner.newSubManager()) {
            x.attach(inner);
            NDArray result = layer.apply(x);
            result.attach(owner);
            return result;
        }
    }
}
