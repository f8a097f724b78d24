package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import dev.querent.image.Preprocessing;
import dev.querent.model.ComponentContext;
import dev.querent.model.PublishedPart;
import dev.querent.nn.Activation;
import dev.querent.nn.PatchEmbedding;
import dev.querent.plugin.Check;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.CheckpointField;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.Preset;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * EVA-CLIP's vision transformer (arXiv 2211.07636) of any size, with the names of Hugging Face's {@code Blip2VisionModel}. BLIP-2's
 * copy has 39 of the 40 blocks of ViT-g/14; the norm behind them ({@code post_layernorm}, LAVIS's {@code ln_vision}) is
 * trained with the bridge and is part of it.
 */
@Plugin("eva-clip-vit")
@Preset(name = "eva-vit-g14")
public final class EvaClipVit extends VisionTransformer {

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
            new VisionSizes(
                    imageSize,
                    patchSize,
                    new LayerSizes(width, layers, heads, mlp, activation, epsilon)); // checks them
        }

        VisionSizes sizes() {
            return new VisionSizes(
                    imageSize, patchSize, new LayerSizes(width, layers, heads, mlp, activation, epsilon));
        }
    }

    private final Config config;
    private final NDArray classEmbedding; // (1, 1, Dv)
    private final NDArray positionEmbedding; // (1, N, Dv)
    private final PatchEmbedding patchEmbedding;
    private final List<EvaLayer> layers = new ArrayList<>();
    private final ParameterSet parameters;

    /**
     * @param context parameters are read below {@code vision_model.}, or under LAVIS's names; the other parts of a BLIP-2
     *     checkpoint are ignored. Positions of another image size are interpolated
     */
    public EvaClipVit(Config config, ComponentContext context) {
        this(config, alone(config, context.weights()), preprocessing(context));
    }

    /**
     * The encoder of a larger model, without the norm behind it.
     *
     * @param root parameters are read below {@code vision_model.}
     */
    EvaClipVit(Config config, ParameterScope root, Preprocessing preprocessing) {
        super(config.sizes(), preprocessing);
        this.config = config;
        ParameterScope scope = root.child("vision_model");
        ParameterScope embeddings = scope.child("embeddings");
        Initializer initializer = new Initializer.Normal(0.02);
        classEmbedding = embeddings.parameter("class_embedding", initializer, 1, 1, config.width());
        positionEmbedding = embeddings.parameter(
                "position_embedding", initializer, PositionTable.PIXELS_ALIGNED, 1, tokens(), config.width());
        patchEmbedding = new PatchEmbedding(
                embeddings.child("patch_embedding"), config.width(), config.patchSize(), true, initializer);
        ParameterScope blocks = scope.child("encoder").child("layers");
        LayerSizes sizes = config.sizes().layer();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new EvaLayer(blocks.child(i), sizes));
        }
        parameters = root.parameters();
    }

    /** Lets the weights be LAVIS's, or those of a whole BLIP-2. */
    private static ParameterScope alone(Config config, ParameterScope root) {
        root.translate(source -> LavisVisionNames.eva(source, config.layers()));
        for (String other : List.of(
                "query_tokens",
                "qformer.",
                "embeddings.",
                "itm_head.",
                "vision_projection.",
                "text_projection.",
                "language_projection.",
                "language_model.",
                "vision_model.post_layernorm.")) {
            root.ignore(other);
        }
        return root;
    }

    @Override
    NDArray embed(NDArray patches) {
        return withClassToken(patches, classEmbedding, positionEmbedding);
    }

    @Override
    PatchEmbedding patchEmbedding() {
        return patchEmbedding;
    }

    @Override
    List<EvaLayer> layers() {
        return layers;
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }

    @Override
    public PublishedPart published() {
        Check.that(
                preprocessing().equals(Preprocessing.BLIP),
                "its checkpoint prepares images otherwise than BLIP-2 does: " + preprocessing());
        Map<String, Object> values = new LinkedHashMap<>(CheckpointConfig.values(config));
        values.put("vision_config.model_type", "blip_2_vision_model");
        values.put("vision_config.qkv_bias", true);
        return new PublishedPart(values, parameters.asMap(), Optional.empty());
    }
}
