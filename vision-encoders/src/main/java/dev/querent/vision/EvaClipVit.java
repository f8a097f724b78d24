package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.ComponentContext;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Activation;
import dev.querent.nn.Intermediates;
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
 * EVA-CLIP's vision transformer (arXiv 2211.07636) of any size, with the names of Hugging Face's {@code Blip2VisionModel}. BLIP-2's
 * copy has 39 of the 40 blocks of ViT-g/14; the norm behind them ({@code post_layernorm}, LAVIS's {@code ln_vision}) is
 * trained with the bridge and is part of it.
 */
@Plugin("eva-clip-vit")
public final class EvaClipVit implements VisionEncoder {

    /** Sizes, from the {@code vision_config} of a BLIP-2 checkpoint or a {@code config.json} of the encoder's own. */
    public record Config(
            @Doc("image side S in pixels") @CheckpointField({"vision_config.image_size", "image_size"})
            int imageSize,

            @Doc("patch side P in pixels; divides the image side")
            @CheckpointField({"vision_config.patch_size", "patch_size"})
            int patchSize,

            @Doc("width Dv of the tokens") @CheckpointField({"vision_config.hidden_size", "hidden_size"})
            int width,

            @Doc("transformer blocks") @CheckpointField({"vision_config.num_hidden_layers", "num_hidden_layers"})
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
            double epsilon) {
        /** ViT-g/14 as BLIP-2 uses it. */
        public static final Config DEFAULTS = new Config(224, 14, 1408, 39, 16, 6144, Activation.GELU, 1e-6);

        public Config {
            Check.positive("image-size", imageSize);
            Check.positive("patch-size", patchSize);
            Check.that(
                    imageSize % patchSize == 0,
                    "patch-size: expected a divisor of image-size " + imageSize + ", found " + patchSize);
            Check.positive("width", width);
            Check.positive("layers", layers);
            Check.positive("heads", heads);
            Check.that(width % heads == 0, "heads: expected a divisor of width " + width + ", found " + heads);
            Check.positive("mlp", mlp);
            Check.range("epsilon", epsilon, 0, 1);
        }
    }

    private final Config config;
    private final NDArray classEmbedding; // (1, 1, Dv)
    private final NDArray positionEmbedding; // (1, N, Dv)
    private final PatchEmbedding patchEmbedding;
    private final List<EvaLayer> layers = new ArrayList<>();
    private final ParameterSet parameters;

    /**
     * @param context parameters are read below {@code vision_model.}; the other parts of a BLIP-2 checkpoint are ignored
     */
    public EvaClipVit(Config config, ComponentContext context) {
        this.config = config;
        ParameterScope root = context.weights();
        for (String other : List.of("query_tokens", "qformer.", "language_projection.", "language_model.")) {
            root.ignore(other);
        }
        ParameterScope scope = root.child("vision_model");
        scope.ignore("post_layernorm.");
        ParameterScope embeddings = scope.child("embeddings");
        Initializer initializer = new Initializer.Normal(0.02);
        classEmbedding = embeddings.parameter("class_embedding", initializer, 1, 1, config.width());
        positionEmbedding = embeddings.parameter("position_embedding", initializer, 1, tokens(), config.width());
        patchEmbedding = new PatchEmbedding(
                embeddings.child("patch_embedding"), config.width(), config.patchSize(), true, initializer);
        ParameterScope blocks = scope.child("encoder").child("layers");
        VisionLayer.Sizes sizes = new VisionLayer.Sizes(
                config.width(), config.heads(), config.mlp(), config.layers(), config.activation(), config.epsilon());
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new EvaLayer(blocks.child(i), sizes));
        }
        parameters = root.parameters();
    }

    @Override
    public NDArray encode(NDArray pixels) {
        NDArray tokens = Intermediates.freed(patchEmbedding.forward(pixels), this::embed); // (B, N, Dv)
        for (EvaLayer layer : layers) {
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
        return tokens.add(positionEmbedding);
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
