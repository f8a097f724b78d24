package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** Cuts an image into P x P patches and maps each to a vector. Parameters: {@code weight} (D, 3, P, P), perhaps {@code bias} (D). */
public final class PatchEmbedding {

    private final NDArray weight;
    private final NDList bias;

    /**
     * @param withBias CLIP has none, EVA-CLIP has one
     */
    public PatchEmbedding(ParameterScope scope, long width, long patchSide, boolean withBias, Initializer initializer) {
        weight = scope.parameter("weight", initializer, width, 3, patchSide, patchSide);
        bias = withBias ? new NDList(scope.parameter("bias", Initializer.zeros(), width)) : new NDList();
    }

    /**
     * @param pixels (B, 3, S, S)
     * @return (B, (S/P)^2, D), row by row
     */
    public NDArray forward(NDArray pixels) {
        return Tensors.LAYERS.call(pixels.getManager(), "patch_embedding", pixels, weight, bias);
    }
}
