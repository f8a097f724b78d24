package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.ComponentContext;
import dev.querent.model.MaskedImageEncoder;
import dev.querent.nn.Activation;
import dev.querent.nn.Intermediates;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.PatchEmbedding;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.CheckpointField;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
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
public final class ClipVit implements MaskedImageEncoder {

    /** Sizes. Where {@code config.json} describes a text tower too, the encoder's are below {@code vision_config}. */
    public record Config(
            @Doc("image side S in pixels") @CheckpointField({"vision_config.image_size", "image_size"})
            int imageSize,

            @Doc("patch side P in pixels; divides the image side")
            @CheckpointField({"vision_config.patch_size", "patch_size"})
            int patchSize,

            @Doc("width Dv of the tokens") @CheckpointField({"vision_config.hidden_size", "hidden_size"})
            int width,

            @Doc("transformer blocks, those skipped included")
            @CheckpointField({"vision_config.num_hidden_layers", "num_hidden_layers"})
            int layers,

            @Doc("attention heads; divide the width")
            @CheckpointField({"vision_config.num_attention_heads", "num_attention_heads"})
            int heads,

            @Doc("width of the feed-forward layer")
            @CheckpointField({"vision_config.intermediate_size", "intermediate_size"})
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
            Check.positive("image-size", imageSize);
            Check.positive("patch-size", patchSize);
            Check.that(
                    imageSize % patchSize == 0,
                    "patch-size: expected a divisor of image-size " + imageSize + ", found " + patchSize);
            Check.positive("width", width);
            Check.positive("heads", heads);
            Check.that(width % heads == 0, "heads: expected a divisor of width " + width + ", found " + heads);
            Check.positive("mlp", mlp);
            Check.range("epsilon", epsilon, 0, 1);
            Check.range("skipped-blocks", skippedBlocks, 0, layers - 1);
        }
    }

    private final Config config;
    private final NDArray classEmbedding; // (Dv)
    private final NDArray positionEmbedding; // (N, Dv)
    private final PatchEmbedding patchEmbedding;
    private final LayerNorm preNorm;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final ParameterSet parameters;

    /**
     * @param context parameters are read below {@code vision_model.}; a text tower beside it is ignored
     */
    public ClipVit(Config config, ComponentContext context) {
        this.config = config;
        ParameterScope root = context.weights();
        for (String unused : List.of("text_model.", "text_projection.", "visual_projection.", "logit_scale")) {
            root.ignore(unused);
        }
        ParameterScope scope = root.child("vision_model");
        scope.ignore("post_layernorm.");
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
                .parameter("weight", new Initializer.Normal(0.02), tokens(), config.width());
        preNorm = new LayerNorm(scope.child("pre_layrnorm"), config.width(), config.epsilon()); // the public spelling
        ParameterScope blocks = scope.child("encoder").child("layers");
        VisionLayer.Sizes sizes = new VisionLayer.Sizes(
                config.width(), config.heads(), config.mlp(), config.layers(), config.activation(), config.epsilon());
        int kept = config.layers() - config.skippedBlocks();
        for (int i = 0; i < kept; i++) {
            layers.add(new ClipLayer(blocks.child(i), sizes));
        }
        for (int i = kept; i < config.layers(); i++) {
            blocks.ignore(i + ".");
        }
        parameters = root.parameters();
    }

    @Override
    public NDArray encode(NDArray pixels) {
        return encodePatches(patchEmbedding.forward(pixels));
    }

    @Override
    public NDArray encodeMasked(NDArray pixels, NDArray hidden, NDArray maskToken) {
        NDArray patches = patchEmbedding.forward(pixels); // (B, N - 1, Dv)
        return encodePatches(patches.mul(Tensors.scale(hidden, -1).add(1)).add(hidden.mul(maskToken)));
    }

    private NDArray encodePatches(NDArray patches) {
        NDArray tokens = Intermediates.freed(patches, this::embed); // (B, N, Dv)
        for (ClipLayer layer : layers) {
            tokens = Intermediates.freed(tokens, layer::forward);
        }
        return tokens;
    }

    private NDArray embed(NDArray patches) {
        NDManager owner = patches.getManager();
        long rows = patches.getShape().get(0);
        NDArray first = Tensors.reshape(owner, classEmbedding, 1, 1, config.width());
        NDArray classTokens = Tensors.expandRows(owner, first, rows); // (B, 1, Dv)
        NDArray tokens = Tensors.concatenate(owner, 1, classTokens, patches); // (B, N, Dv)
        return preNorm.forward(tokens.add(positionEmbedding));
    }

    @Override
    public int width() {
        return config.width();
    }

    @Override
    public int tokens() {
        int side = config.imageSize() / config.patchSize();
        return side * side + 1;
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
