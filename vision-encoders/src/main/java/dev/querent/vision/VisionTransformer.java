package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.image.Preprocessing;
import dev.querent.model.ComponentContext;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Intermediates;
import dev.querent.nn.PatchEmbedding;
import dev.querent.nn.Tensors;
import dev.querent.weights.ParameterSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Patches, class token and positions, then blocks: what the encoders of this module have in common. */
abstract class VisionTransformer implements VisionEncoder {

    private static final Pattern BLOCK = Pattern.compile("\\.encoder\\.layers\\.(\\d+)\\.");

    private final VisionSizes sizes;
    private final Preprocessing preprocessing;

    VisionTransformer(VisionSizes sizes, Preprocessing preprocessing) {
        this.sizes = sizes;
        this.preprocessing = preprocessing;
    }

    /** As the checkpoint says, otherwise as BLIP-2 does it with every encoder. */
    static Preprocessing preprocessing(ComponentContext context) {
        return context.preprocessing().get().orElse(Preprocessing.BLIP);
    }

    /** (B, 3, S, S) -> (B, N - 1, Dv) */
    abstract PatchEmbedding patchEmbedding();

    /** (B, N - 1, Dv) -> (B, N, Dv), ready for the first block. */
    abstract NDArray embed(NDArray patches);

    abstract List<? extends PreNormLayer> layers();

    @Override
    public final NDArray encode(NDArray pixels) {
        return encodePatches(patchEmbedding().forward(pixels));
    }

    /** (B, 3, S, S) -> (B, N, Dv) in the encoder's precision. */
    final NDArray hidden(NDArray pixels) {
        return throughBlocks(patchEmbedding().forward(pixels));
    }

    final NDArray encodePatches(NDArray patches) {
        return Intermediates.freed(throughBlocks(patches), Tensors::fp32);
    }

    private NDArray throughBlocks(NDArray patches) {
        NDArray tokens = Intermediates.freed(patches, this::embed); // (B, N, Dv)
        for (PreNormLayer layer : layers()) {
            tokens = Intermediates.freed(tokens, x -> layer.forward(x, Optional.empty()));
        }
        return tokens;
    }

    /**
     * Puts the class token before the patches and adds positions.
     *
     * @param classEmbedding Dv values, of any shape
     * @param positions broadcastable to (B, N, Dv)
     */
    final NDArray withClassToken(NDArray patches, NDArray classEmbedding, NDArray positions) {
        NDManager owner = patches.getManager();
        NDArray first =
                Tensors.reshape(owner, classEmbedding, 1, 1, sizes.layer().width());
        NDArray classTokens =
                Tensors.expandRows(owner, first, patches.getShape().get(0)); // (B, 1, Dv)
        return Tensors.concatenate(owner, 1, classTokens, patches).add(positions);
    }

    @Override
    public final int width() {
        return sizes.layer().width();
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

    @Override
    public final int layersAbove(String parameter) {
        if (!parameters().names().contains(parameter)) {
            return 0;
        }
        Matcher block = BLOCK.matcher(parameter);
        return block.find() ? layers().size() - Integer.parseInt(block.group(1)) : layers().size() + 1;
    }
}
