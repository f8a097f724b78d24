package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import dev.querent.image.Preprocessing;
import dev.querent.model.ComponentContext;
import dev.querent.model.MaskedImageEncoder;
import dev.querent.model.PublishedPart;
import dev.querent.nn.Activation;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.PatchEmbedding;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.CheckpointField;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.Preset;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.List;

/**
 * CLIP's vision transformer (arXiv 2103.00020) of any size, with Hugging Face's parameter names
 * ({@code CLIPVisionModel}). Gives all tokens after the last block that is kept; BLIP-2 keeps all but one (paper section
 * 3.4), and neither final norm nor projection belongs to it.
 */
@Plugin("clip-vit")
@Preset(name = "clip-vit-l14")
public final class ClipVit extends VisionTransformer implements MaskedImageEncoder {

    /** Sizes. Where {@code config.json} describes a text tower too, the encoder's are below {@code vision_config}. */
    public record Config(
            @Doc("image side S in pixels") @CheckpointField({"vision_config.image_size", "image_size"})
            int imageSize,

            @Doc("patch side P in pixels; divides the image side")
            @CheckpointField(
                    value = {"vision_config.patch_size", "patch_size"},
                    otherwise = "32")
            int patchSize,

            @Doc("width Dv of the tokens")
            @CheckpointField(
                    value = {"vision_config.hidden_size", "hidden_size"},
                    otherwise = "768")
            int width,

            @Doc("transformer blocks, those skipped included")
            @CheckpointField(
                    value = {"vision_config.num_hidden_layers", "num_hidden_layers"},
                    otherwise = "12")
            int layers,

            @Doc("attention heads; divide the width")
            @CheckpointField(
                    value = {"vision_config.num_attention_heads", "num_attention_heads"},
                    otherwise = "12")
            int heads,

            @Doc("width of the feed-forward layer")
            @CheckpointField(
                    value = {"vision_config.intermediate_size", "intermediate_size"},
                    otherwise = "3072")
            int mlp,

            @Doc("activation of the feed-forward layer") @CheckpointField({"vision_config.hidden_act", "hidden_act"})
            Activation activation,

            @Doc("added to variances in layer norms")
            @CheckpointField({"vision_config.layer_norm_eps", "layer_norm_eps"})
            double epsilon,

            @Doc("last blocks that are left out; BLIP-2 leaves out one")
            int skippedBlocks) {
        /** ViT-L/14 as BLIP-2 uses it. */
        public static final Config DEFAULTS = new Config(224, 14, 1024, 24, 16, 4096, Activation.QUICK_GELU, 1e-5, 1);

        public Config {
            new VisionSizes(
                    imageSize,
                    patchSize,
                    new LayerSizes(width, layers, heads, mlp, activation, epsilon)); // checks them
            Check.range("skipped-blocks", skippedBlocks, 0, layers - 1);
        }

        VisionSizes sizes() {
            return new VisionSizes(
                    imageSize, patchSize, new LayerSizes(width, layers, heads, mlp, activation, epsilon));
        }
    }

    private final NDArray classEmbedding; // (Dv)
    private final NDArray positionEmbedding; // (N, Dv)
    private final PatchEmbedding patchEmbedding;
    private final LayerNorm preNorm;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final ParameterSet parameters;

    /**
     * @param context parameters are read below {@code vision_model.}, or under LAVIS's names; a text tower beside them is
     *     ignored. Positions of another image size are interpolated
     */
    public ClipVit(Config config, ComponentContext context) {
        this(config, context.weights(), alone(context.weights()), preprocessing(context));
    }

    /**
     * The image tower of a whole CLIP, without the norm behind it.
     *
     * @param root parameters are read below {@code vision_model.}
     */
    ClipVit(Config config, ParameterScope root, PositionTable positions, Preprocessing preprocessing) {
        super(config.sizes(), preprocessing);
        ParameterScope scope = root.child("vision_model");
        ParameterScope embeddings = scope.child("embeddings");
        embeddings.ignore("position_ids");
        double std = 1 / Math.sqrt(config.width());
        classEmbedding = embeddings.parameter("class_embedding", new Initializer.Normal(std), config.width());
        patchEmbedding = new PatchEmbedding(
                embeddings.child("patch_embedding"),
                config.width(),
                config.patchSize(),
                false,
                new Initializer.Normal(0.02));
        positionEmbedding = embeddings
                .child("position_embedding")
                .parameter("weight", new Initializer.Normal(0.02), positions, tokens(), config.width());
        preNorm = new LayerNorm(scope.child("pre_layrnorm"), config.width(), config.epsilon()); // the public spelling
        ParameterScope blocks = scope.child("encoder").child("layers");
        LayerSizes sizes = config.sizes().layer();
        int kept = config.layers() - config.skippedBlocks();
        for (int i = 0; i < kept; i++) {
            layers.add(new ClipLayer(blocks.child(i), sizes));
        }
        for (int i = kept; i < config.layers(); i++) {
            blocks.ignore(i + ".");
        }
        parameters = root.parameters();
    }

    /** Lets the weights be LAVIS's, or those of a whole CLIP; how the layout's positions are interpolated. */
    private static PositionTable alone(ParameterScope root) {
        boolean fromLavis = root.translate(LavisVisionNames::clip);
        for (String unused : List.of(
                "text_model.",
                "text_projection.",
                "visual_projection.",
                "logit_scale",
                "vision_model.post_layernorm.")) {
            root.ignore(unused);
        }
        return fromLavis ? PositionTable.CORNERS_ALIGNED : PositionTable.PIXELS_ALIGNED;
    }

    @Override
    public NDArray encodeMasked(NDArray pixels, NDArray hidden, NDArray maskToken) {
        NDArray patches = patchEmbedding.forward(pixels); // (B, N - 1, Dv)
        return encodePatches(patches.mul(Tensors.scale(hidden, -1).add(1)).add(hidden.mul(maskToken)));
    }

    @Override
    NDArray embed(NDArray patches) {
        return preNorm.forward(withClassToken(patches, classEmbedding, positionEmbedding));
    }

    @Override
    PatchEmbedding patchEmbedding() {
        return patchEmbedding;
    }

    @Override
    List<ClipLayer> layers() {
        return layers;
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }

    @Override
    public PublishedPart published() {
        throw new IllegalArgumentException(
                "clip-vit norms its tokens before the first block (pre_layrnorm); the layout's"
                        + " encoder, Blip2VisionModel, has no such norm. eva-clip-vit is what it can hold");
    }
}
