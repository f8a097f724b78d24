package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.image.ImageTransform;
import dev.querent.model.CachedDecoder;
import dev.querent.model.Captioner;
import dev.querent.model.ComponentContext;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Activation;
import dev.querent.nn.Intermediates;
import dev.querent.nn.KeyValue;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.bert.BertSizes;
import dev.querent.plugin.Check;
import dev.querent.plugin.CheckpointField;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.Preset;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenizerLayout;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/**
 * BLIP's caption model (arXiv 2201.12086) of any size: a vision transformer with a norm behind it, and a decoder that sees all of its
 * tokens. Names are those of Hugging Face's {@code BlipForConditionalGeneration}; BLIP's own files are read too. A caption
 * goes on from {@code [DEC]} and the prompt, and ends with {@code [SEP]}.
 */
@Plugin("blip")
@Preset(name = "blip-base", settings = "{vision: {epsilon: 1e-6}}")
@Preset(name = "blip-large", settings = "{vision: {width: 1024, layers: 24, heads: 16, mlp: 4096, epsilon: 1e-6}}")
public final class Blip implements Captioner {

    /** Sizes and prompt. */
    public record Config(
            @Doc("the image encoder") EvaClipVit.Config vision,
            @Doc("the decoder") Text text,

            @Doc("what a caption goes on from, unless it is asked for with another prompt; not part of the caption")
            String prompt) {
        /** BLIP with ViT-B/16, its norms as {@code transformers} computes them where {@code config.json} is silent. */
        public static final Config DEFAULTS = new Config(
                new EvaClipVit.Config(384, 16, 768, 12, 12, 3072, Activation.GELU, 1e-5),
                new Text(30524, 512, 768, 12, 12, 3072, Activation.GELU, 1e-12),
                "a picture of");
    }

    /** Sizes of the decoder. */
    public record Text(
            @Doc("number of token embeddings, at least the tokenizer's tokens")
            @CheckpointField("text_config.vocab_size")
            int vocabularySize,

            @Doc("longest caption in tokens, begin token and prompt included")
            @CheckpointField("text_config.max_position_embeddings")
            int maxPositions,

            @Doc("width of the tokens") @CheckpointField("text_config.hidden_size")
            int width,

            @Doc("layers") @CheckpointField("text_config.num_hidden_layers")
            int layers,

            @Doc("attention heads; divide the width. Published captioners have 12")
            @CheckpointField(value = "text_config.num_attention_heads", otherwise = "8")
            int heads,

            @Doc("width of the feed-forward layer") @CheckpointField("text_config.intermediate_size")
            int mlp,

            @Doc("activation of feed-forward layer and head") @CheckpointField("text_config.hidden_act")
            Activation activation,

            @Doc("added to variances in layer norms") @CheckpointField("text_config.layer_norm_eps")
            double epsilon) {
        public Text {
            Check.positive("vocabulary-size", vocabularySize);
            Check.positive("max-positions", maxPositions);
            new LayerSizes(width, layers, heads, mlp, activation, epsilon); // checks them
        }

        BertSizes sizes() {
            return new BertSizes(width, heads, mlp, activation, 0, epsilon);
        }
    }

    private final Config config;
    private final TextTokenizer tokenizer;
    private final EvaClipVit vision;
    private final LayerNorm visionNorm;
    private final BlipDecoder decoder;
    private final ParameterSet parameters;

    /**
     * @throws IllegalArgumentException where the vocabulary is smaller than the tokenizer's
     */
    public Blip(Config config, ComponentContext context) {
        this.config = config;
        tokenizer = context.tokenizers().tokenizer(TokenizerLayout.BLIP);
        int vocabulary = config.text().vocabularySize();
        Check.that(
                vocabulary >= tokenizer.size(),
                "text.vocabulary-size: expected at least the tokenizer's " + tokenizer.size() + ", found "
                        + vocabulary);
        ParameterScope root = context.weights();
        root.translate(LavisVisionNames::blip);
        vision = new EvaClipVit(config.vision(), root, VisionTransformer.preprocessing(context));
        visionNorm = new LayerNorm(
                root.child("vision_model").child("post_layernorm"),
                config.vision().width(),
                config.vision().epsilon());
        decoder = new BlipDecoder(config.text(), config.vision().width(), root.child("text_decoder"));
        parameters = root.parameters();
    }

    /**
     * @param pixels (B, 3, S, S)
     * @return (B, N, Dv) normed, in the model's precision
     */
    NDArray features(NDArray pixels) {
        return Intermediates.freed(vision.hidden(pixels), visionNorm::forward);
    }

    @Override
    public TextDecoder decoder(NDArray pixels, String prompt) {
        int rows = (int) pixels.getShape().get(0);
        return Torch.owning(manager -> {
            try (Torch.GradientMode off = Torch.withoutGradients();
                    NDManager passing = manager.newSubManager()) {
                NDArray features = features(pixels);
                features.attach(passing);
                List<KeyValue> images = decoder.look(features).stream()
                        .map(keyValue -> keyValue.attached(manager))
                        .toList();
                BlipState state = new BlipState(manager, decoder, images);
                long[] begin = LongStream.concat(
                                LongStream.of(tokenizer.id("[DEC]")), LongStream.of(tokenizer.encodePlain(prompt)))
                        .toArray();
                NDArray logits =
                        state.read(passing, Collections.nCopies(rows, begin).toArray(long[][]::new));
                logits.attach(manager);
                return new CachedDecoder(manager, state, logits, tokenizer.id("[SEP]"));
            }
        });
    }

    BlipDecoder decoder() {
        return decoder;
    }

    @Override
    public String prompt() {
        return config.prompt();
    }

    @Override
    public TextTokenizer tokenizer() {
        return tokenizer;
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
