package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.image.ImageTransform;
import dev.querent.image.Preprocessing;
import dev.querent.model.ComponentContext;
import dev.querent.model.ImageTextScorer;
import dev.querent.nn.Activation;
import dev.querent.nn.Intermediates;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.CheckpointField;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.Preset;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.VocabularyFormat;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.util.List;

/**
 * A whole CLIP (arXiv 2103.00020) of any size, image and text tower, with the names of Hugging Face's {@code CLIPModel}. Images
 * are read at the class token behind all blocks, texts at their end token.
 */
@Plugin("clip")
@Preset(name = "clip-l14")
public final class Clip implements ImageTextScorer {

    /** Special tokens; the published ids, 49406 and 49407, are the largest. */
    private static final TokenizerLayout LAYOUT = new TokenizerLayout(
            List.of("<|startoftext|>", "<|endoftext|>"),
            "<|endoftext|>",
            "<|endoftext|>",
            "<|startoftext|>",
            "<|endoftext|>",
            List.of(),
            VocabularyFormat.CLIP);

    /** Fills up rows of a batch, behind the end token, where nothing that is read sees it. */
    private static final long PADDING = 0;

    /** Sizes of both towers. */
    public record Config(
            @Doc("the image tower; no block is skipped") ClipVit.Config vision,

            @Doc("the text tower") Text text,

            @Doc("size E of the space that images and texts share")
            @CheckpointField(value = "projection_dim", otherwise = "512")
            int embeddingSize) {
        /** ViT-L/14, which BLIP-2's captions were ranked with. */
        public static final Config DEFAULTS = new Config(
                new ClipVit.Config(224, 14, 1024, 24, 16, 4096, Activation.QUICK_GELU, 1e-5, 0),
                new Text(49408, 77, 768, 12, 12, 3072, Activation.QUICK_GELU, 1e-5, 49407),
                768);

        public Config {
            Check.positive("embedding-size", embeddingSize);
        }
    }

    /** Sizes of the text tower. */
    public record Text(
            @Doc("number of token embeddings, at least the tokenizer's tokens")
            @CheckpointField("text_config.vocab_size")
            int vocabularySize,

            @Doc("longest text in tokens, special tokens included; the rest is cut")
            @CheckpointField("text_config.max_position_embeddings")
            int maxPositions,

            @Doc("width of the tokens") @CheckpointField(value = "text_config.hidden_size", otherwise = "512")
            int width,

            @Doc("transformer blocks") @CheckpointField("text_config.num_hidden_layers")
            int layers,

            @Doc("attention heads; divide the width")
            @CheckpointField(value = "text_config.num_attention_heads", otherwise = "8")
            int heads,

            @Doc("width of the feed-forward layer")
            @CheckpointField(value = "text_config.intermediate_size", otherwise = "2048")
            int mlp,

            @Doc("activation of the feed-forward layer") @CheckpointField("text_config.hidden_act")
            Activation activation,

            @Doc("added to variances in layer norms") @CheckpointField("text_config.layer_norm_eps")
            double epsilon,

            @Doc("the token at which a text is read; 2, as in the oldest configurations, is the largest id of the text")
            @CheckpointField("text_config.eos_token_id")
            int endToken) {

        public Text {
            Check.positive("vocabulary-size", vocabularySize);
            Check.range("max-positions", maxPositions, 2, 1_000_000);
            new LayerSizes(width, layers, heads, mlp, activation, epsilon); // checks them
            Check.range("end-token", endToken, 0, Integer.MAX_VALUE);
        }

        LayerSizes sizes() {
            return new LayerSizes(width, layers, heads, mlp, activation, epsilon);
        }
    }

    private final Config config;
    private final TextTokenizer tokenizer;
    private final ClipVit vision;
    private final LayerNorm visionNorm;
    private final Linear visionProjection;
    private final ClipText text;
    private final Linear textProjection;
    private final NDArray logitScale; // ()
    private final ParameterSet parameters;

    /**
     * @throws IllegalArgumentException where the vocabulary is smaller than the tokenizer's
     */
    public Clip(Config config, ComponentContext context) {
        this.config = config;
        tokenizer = context.tokenizers().tokenizer(LAYOUT);
        int vocabulary = config.text().vocabularySize();
        Check.that(
                vocabulary >= tokenizer.size(),
                "text.vocabulary-size: expected at least the tokenizer's " + tokenizer.size() + ", found "
                        + vocabulary);
        ParameterScope root = context.weights();
        vision = new ClipVit(
                config.vision(),
                root,
                PositionTable.PIXELS_ALIGNED,
                context.preprocessing().get().orElse(Preprocessing.CLIP));
        int visionWidth = config.vision().width();
        visionNorm = new LayerNorm(
                root.child("vision_model").child("post_layernorm"),
                visionWidth,
                config.vision().epsilon());
        visionProjection = projection(root.child("visual_projection"), visionWidth);
        text = new ClipText(config.text(), root.child("text_model"));
        textProjection = projection(root.child("text_projection"), config.text().width());
        logitScale = root.parameter("logit_scale", new Initializer.Constant(Math.log(1 / 0.07)));
        parameters = root.parameters();
    }

    private Linear projection(ParameterScope scope, int width) {
        return Linear.withoutBias(
                scope, width, config.embeddingSize(), new Initializer.Normal(1 / Math.sqrt((double) width)));
    }

    @Override
    public NDArray embedImages(NDArray pixels) {
        return Intermediates.freed(
                vision.hidden(pixels),
                tokens -> { // (B, N, Dv)
                    NDArray first = Tensors.slice(tokens, 1, 0, 1).squeeze(1); // (B, Dv), the class token
                    return Tensors.unitLength(visionProjection.forward(visionNorm.forward(first)));
                });
    }

    @Override
    public NDArray embedTexts(NDManager owner, List<String> texts) {
        return embedTokens(owner, tokenizer.encode(texts, config.text().maxPositions(), PADDING));
    }

    /** (C, T) -> (C, E) */
    NDArray embedTokens(NDManager owner, TokenBatch tokens) {
        return Intermediates.freed(
                text.encode(owner, tokens), read -> Tensors.unitLength(textProjection.forward(read)));
    }

    @Override
    public NDArray scores(NDArray images, NDArray texts) {
        NDArray factor = Tensors.fp32(Tensors.reshape(images.getManager(), logitScale, 1))
                .exp();
        return images.matMul(texts.transpose()).mul(factor); // (B, C)
    }

    @Override
    public ImageTransform transform() {
        return vision.transform();
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }
}
