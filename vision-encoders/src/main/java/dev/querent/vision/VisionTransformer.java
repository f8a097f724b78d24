package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.image.Preprocessing;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Intermediates;
import dev.querent.nn.PatchEmbedding;
import dev.querent.nn.Tensors;
import dev.querent.weights.ParameterSet;
import java.util.List;

/** Patches, class token and positions, then blocks: what the encoders of this module have in common. */
abstract class VisionTransformer implements VisionEncoder {

    private final VisionSizes sizes;
    private final Preprocessing preprocessing;

    VisionTransformer(VisionSizes sizes, Preprocessing preprocessing) {
        this.sizes = sizes;
        this.preprocessing = preprocessing;
    }

    /** (B, 3, S, S) -> (B, N - 1, Dv) */
    abstract PatchEmbedding patchEmbedding();

    /** (B, N - 1, Dv) -> (B, N, Dv), ready for the first block. */
    abstract NDArray embed(NDArray patches);

    abstract List<? extends VisionLayer> layers();

    @Override
    public final NDArray encode(NDArray pixels) {
        return encodePatches(patchEmbedding().forward(pixels));
    }

    final NDArray encodePatches(NDArray patches) {
        NDArray tokens = Intermediates.freed(patches, this::embed); // (B, N, Dv)
        for (VisionLayer layer : layers()) {
            tokens = Intermediates.freed(tokens, layer::forward);
        }
        return Intermediates.freed(tokens, Tensors::fp32);
    }

    /**
     * Puts the class token before the patches and adds positions.
     *
     * @param classEmbedding Dv values, of any shape
     * @param positions broadcastable to (B, N, Dv)
     */
    final NDArray withClassToken(NDArray patches, NDArray classEmbedding, NDArray positions) {
        NDManager owner = patches.getManager();
        NDArray first = Tensors.reshape(owner, classEmbedding, 1, 1, sizes.width());
        NDArray classTokens =
                Tensors.expandRows(owner, first, patches.getShape().get(0)); // (B, 1, Dv)
        return Tensors.concatenate(owner, 1, classTokens, patches).add(positions);
    }

    @Override
    public final int width() {
        return sizes.width();
    }

    @Override
    public final int tokens() {
        return sizes.tokens();
    }

    @Override
    public final int imageSize() {
        return sizes.imageSize();
    }

    @Override
    public final Preprocessing preprocessing() {
        return preprocessing;
    }

    @Override
    public final int patchSize() {
        return sizes.patchSize();
    }

    @Override
    public abstract ParameterSet parameters();
}
