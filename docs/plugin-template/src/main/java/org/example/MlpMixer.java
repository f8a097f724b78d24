package org.example;

import ai.djl.ndarray.NDArray;
import dev.querent.model.ComponentContext;
import dev.querent.model.MaskedImageEncoder;
import dev.querent.nn.Intermediates;
import dev.querent.nn.PatchEmbedding;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.List;

/**
 * MLP-Mixer (arXiv 2105.01601): patches are mixed by multi-layer perceptrons, without attention. The first visual token, a class
 * token in other encoders, is the mean of the patches.
 */
@Plugin("mlp-mixer")
public final class MlpMixer implements MaskedImageEncoder {

    /** Sizes. */
    public record Config(
            @Doc("image side S in pixels") int imageSize,

            @Doc("patch side P in pixels; divides the image side")
            int patchSize,

            @Doc("width Dv of the tokens") int width,
            @Doc("blocks") int layers) {
        /** For small pictures. */
        public static final Config DEFAULTS = new Config(64, 16, 128, 4);

        public Config {
            Check.range("image-size", imageSize, 8, 1024);
            Check.range("patch-size", patchSize, 1, imageSize);
            Check.positive("width", width);
            Check.positive("layers", layers);
            Check.that(
                    imageSize % patchSize == 0,
                    "patch-size: expected a divisor of image-size " + imageSize + ", found " + patchSize);
        }

        int patches() {
            return (imageSize / patchSize) * (imageSize / patchSize);
        }
    }

    private final Config config;
    private final PatchEmbedding patchEmbedding;
    private final List<MixerBlock> blocks = new ArrayList<>();
    private final ParameterSet parameters;

    public MlpMixer(Config config, ComponentContext context) {
        this.config = config;
        ParameterScope scope = context.weights();
        patchEmbedding = new PatchEmbedding(
                scope.child("stem").child("proj"),
                config.width(),
                config.patchSize(),
                true,
                new Initializer.Normal(0.02));
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(new MixerBlock(scope.child("blocks").child(layer), config.patches(), config.width()));
        }
        parameters = scope.parameters();
    }

    @Override
    public NDArray encode(NDArray pixels) {
        return encodePatches(patchEmbedding.forward(pixels));
    }

    @Override
    public NDArray encodeMasked(NDArray pixels, NDArray hidden, NDArray maskToken) {
        NDArray patches = patchEmbedding.forward(pixels); // (B, N - 1, Dv)
        NDArray shown = Tensors.scale(hidden, -1).add(1); // (B, N - 1, 1)
        return encodePatches(patches.mul(shown).add(hidden.mul(maskToken)));
    }

    /** (B, N - 1, Dv) -> (B, N, Dv) */
    private NDArray encodePatches(NDArray embedded) {
        NDArray patches = embedded;
        for (MixerBlock block : blocks) {
            patches = Intermediates.freed(patches, block::forward);
        }
        return Intermediates.freed(patches, MlpMixer::withMean);
    }

    /** (B, N - 1, Dv) -> (B, N, Dv) fp32 */
    private static NDArray withMean(NDArray patches) {
        NDArray mean = patches.mean(new int[] {1}, true); // (B, 1, Dv)
        return Tensors.fp32(Tensors.concatenate(patches.getManager(), 1, mean, patches));
    }

    @Override
    public int width() {
        return config.width();
    }

    @Override
    public int tokens() {
        return config.patches() + 1;
    }

    @Override
    public int imageSize() {
        return config.imageSize();
    }

    @Override
    public int patchSize() {
        return config.patchSize();
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }
}
