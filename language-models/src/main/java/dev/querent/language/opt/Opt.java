package dev.querent.language.opt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.language.ImageToken;
import dev.querent.language.LanguageNames;
import dev.querent.model.CachedDecoder;
import dev.querent.model.ComponentContext;
import dev.querent.model.DecoderOnly;
import dev.querent.model.LanguageInput;
import dev.querent.model.PublishedPart;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.CheckpointField;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.Preset;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.VocabularyFormat;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterSet;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * OPT (arXiv 2205.01068), any size of the family, 350m included. Reads Hugging Face names; sizes come from the
 * checkpoint's {@code config.json}.
 *
 * <p>One sequence: {@code [soft prompt] </s> [prefix] [target] [line break]}. The loss counts target and line break, and
 * behind a soft prompt without a prefix also {@code </s>}, as BLIP-2's does.
 *
 * <p>Dropout acts only where gradients are recorded and the model's own parameters require them: a frozen model has none.
 * (LAVIS leaves it on in stage 2, because its training mode switches the frozen model over too.)
 */
@Plugin("opt")
@Preset(
        name = "opt-2.7b",
        settings = "{vocabulary-size: 50272, hidden-size: 2560, layers: 32, heads: 32, feed-forward-size: 10240}")
@Preset(
        name = "opt-6.7b",
        settings = "{vocabulary-size: 50272, hidden-size: 4096, layers: 32, heads: 32, feed-forward-size: 16384}")
public final class Opt implements DecoderOnly {

    /** Special tokens with their published ids 0 to 3; the line break, which ends a text, has 50118 in the public tokenizer. */
    static final TokenizerLayout LAYOUT = new TokenizerLayout(
            List.of("<s>", "<pad>", "</s>", "<unk>", "\n"),
            "<pad>",
            "<unk>",
            "</s>",
            "",
            List.of(),
            VocabularyFormat.OPT);

    /** Settings of an OPT. */
    public record Config(
            @Doc("number of token embeddings; default: the tokenizer's size")
            @CheckpointField({"text_config.vocab_size", "vocab_size"})
            Optional<Integer> vocabularySize,

            @Doc("width D of the layers") @CheckpointField({"text_config.hidden_size", "hidden_size"})
            int hiddenSize,

            @Doc("width of token embeddings and soft prompt where it differs from the layers' (350m: 512)")
            @CheckpointField({"text_config.word_embed_proj_dim", "word_embed_proj_dim"})
            Optional<Integer> embeddingSize,

            @Doc("number of layers") @CheckpointField({"text_config.num_hidden_layers", "num_hidden_layers"})
            int layers,

            @Doc("number of attention heads; divides the width")
            @CheckpointField({"text_config.num_attention_heads", "num_attention_heads"})
            int heads,

            @Doc("width of the feed-forward networks") @CheckpointField({"text_config.ffn_dim", "ffn_dim"})
            int feedForwardSize,

            @Doc("longest sequence in tokens, soft prompt included")
            @CheckpointField({"text_config.max_position_embeddings", "max_position_embeddings"})
            int maxPositions,

            @Doc("layer norm before each part (350m: after)")
            @CheckpointField({"text_config.do_layer_norm_before", "do_layer_norm_before"})
            boolean layerNormBefore,

            @Doc("dropout probability while the model itself is trained; a frozen model has none")
            @CheckpointField({"text_config.dropout", "dropout"})
            double dropout,

            @Doc(
                    "standard deviation of initial weights; 0.02 suits widths near 1000, narrow models hardly learn from it")
            @CheckpointField({"text_config.init_std", "init_std"})
            double initialStd,

            @Doc("longest text in training, in tokens, begin and end included; longer ones are cut")
            int maxTextTokens) {

        /** OPT-125m with BLIP-2's text length. */
        public static final Config DEFAULTS =
                new Config(Optional.empty(), 768, Optional.empty(), 12, 12, 3072, 2048, true, 0.1, 0.02, 32);

        public Config {
            vocabularySize.ifPresent(size -> Check.positive("vocabulary-size", size));
            embeddingSize.ifPresent(size -> Check.positive("embedding-size", size));
            Check.positive("hidden-size", hiddenSize);
            Check.positive("layers", layers);
            Check.positive("heads", heads);
            Check.positive("feed-forward-size", feedForwardSize);
            Check.positive("max-positions", maxPositions);
            Check.range("dropout", dropout, 0, 0.99);
            Check.range("initial-std", initialStd, 0, 10);
            Check.range("max-text-tokens", maxTextTokens, 2, Integer.MAX_VALUE);
            Check.that(
                    hiddenSize % heads == 0,
                    "heads: expected a divisor of hidden-size " + hiddenSize + ", found " + heads);
        }

        Initializer initialisation() {
            return new Initializer.Normal(initialStd);
        }

        int embeddingWidth() {
            return embeddingSize.orElse(hiddenSize);
        }
    }

    private final Config config;
    private final TextTokenizer tokenizer;
    private final int vocabulary;
    private final OptText text;
    private final OptStack stack;
    private final ParameterSet parameters;

    /**
     * @throws IllegalArgumentException where the vocabulary is smaller than the tokenizer's
     */
    public Opt(Config config, ComponentContext context) {
        this.config = config;
        tokenizer = context.tokenizers().tokenizer(LAYOUT);
        text = new OptText(tokenizer);
        vocabulary = config.vocabularySize().orElse(tokenizer.size());
        Check.that(
                vocabulary >= tokenizer.size(),
                "vocabulary-size: expected at least the tokenizer's " + tokenizer.size() + ", found " + vocabulary);
        context.weights().translate(LanguageNames::part);
        context.weights()
                .translate(source ->
                        LanguageNames.renamed(source, "decoder.", stored -> "model." + stored)); // older files
        context.weights().ignore("model.decoder.version");
        context.weights().ignore("lm_head.weight"); // always the token embeddings; some files repeat them
        stack = new OptStack(
                config, vocabulary, context.weights().child("model").child("decoder"));
        parameters = context.weights().parameters();
    }

    @Override
    public NDArray loss(LanguageInput input) {
        return loss(input, dropout());
    }

    private OptText.Training training(int promptLength, List<String> prefixes, List<String> targets) {
        int room = config.maxPositions() - promptLength;
        Check.that(room >= 2, "a soft prompt of " + promptLength + " leaves no room for text: raise max-positions");
        return text.training(promptLength > 0, prefixes, targets, Math.min(config.maxTextTokens(), room));
    }

    @Override
    public long targetTokens(int promptLength, List<String> prefixes, List<String> targets) {
        int first = promptLength == 0 ? 1 : 0; // nothing predicts the first token of text alone
        return Arrays.stream(training(promptLength, prefixes, targets).targets())
                .flatMapToLong(row -> Arrays.stream(row, first, row.length))
                .filter(target -> target != Tensors.IGNORED_TARGET)
                .count();
    }

    NDArray loss(LanguageInput input, double dropout) {
        int promptLength = promptLength(input);
        OptText.Training training = training(promptLength, input.prefixes(), input.targets());
        TokenBatch tokens = training.tokens();
        NDArray embeddings = embed(input.manager(), input, tokens); // (B, Q + T, Dl)
        NDArray hidden = stack.forward(
                embeddings, OptText.keyMask(promptLength, tokens.mask()), dropout, List.of(), layer -> {});
        int first = promptLength == 0 ? 1 : 0; // nothing predicts the first token of text alone
        int length = promptLength + tokens.length();
        LongStream.Builder places = LongStream.builder();
        LongStream.Builder targets = LongStream.builder();
        for (int row = 0; row < tokens.rows(); row++) {
            for (int t = first; t < tokens.length(); t++) {
                long target = training.targets()[row][t];
                if (target != Tensors.IGNORED_TARGET) {
                    // Position i predicts token i + 1: the last place of the soft prompt predicts the first token.
                    places.add((long) row * length + promptLength + t - 1);
                    targets.add(target);
                }
            }
        }
        NDArray flat = hidden.reshape(new Shape(-1, hidden.getShape().get(2)));
        NDArray scores = stack.scores(Tensors.lookUp(flat, vector(input.manager(), places))); // (targets, V)
        return Tensors.crossEntropy(scores, vector(input.manager(), targets), 0);
    }

    private static NDArray vector(NDManager owner, LongStream.Builder values) {
        long[] array = values.build().toArray();
        return Torch.tensor(owner, LongBuffer.wrap(array), array.length);
    }

    @Override
    public NDArray embedTokens(NDManager owner, long[][] ids) {
        return stack.embed(Tensors.ofLongs(owner, ids));
    }

    @Override
    public TextDecoder decoder(LanguageInput input) {
        TokenBatch tokens = text.decoding(input);
        return Torch.owning(manager -> {
            OptState state = new OptState(manager, stack, OptText.keyMask(promptLength(input), tokens.mask()));
            try (Torch.GradientMode off = Torch.withoutGradients();
                    NDManager prompt = manager.newSubManager()) {
                NDArray logits = state.read(embed(prompt, input, tokens));
                logits.attach(manager);
                return new CachedDecoder(manager, state, logits, text.end());
            }
        });
    }

    /** Soft prompt, where there is one, and tokens: (B, Q + T, Dl). */
    private NDArray embed(NDManager owner, LanguageInput input, TokenBatch tokens) {
        NDArray embedded = stack.embed(Tensors.ofLongs(owner, tokens.ids()));
        return input.softPrompt()
                .map(prompt -> Tensors.concatenate(owner, 1, Tensors.typeAs(owner, prompt, embedded), embedded))
                .orElse(embedded);
    }

    private static int promptLength(LanguageInput input) {
        return input.softPrompt().map(prompt -> (int) prompt.getShape().get(1)).orElse(0);
    }

    private double dropout() {
        boolean trained = Torch.recordsGradients() && parameters.list().stream().anyMatch(NDArray::hasGradient);
        return trained ? config.dropout() : 0;
    }

    @Override
    public int width() {
        return config.embeddingWidth();
    }

    @Override
    public TextTokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }

    /** The image token is a spare row of the embeddings or, where there is none, {@code <s>}, which no text has. */
    @Override
    public PublishedPart published() {
        Check.that(
                config.embeddingWidth() == config.hiddenSize(),
                "language.embedding-size: the layout projects to the width of the layers, " + config.hiddenSize()
                        + "; the embeddings are " + config.embeddingWidth() + " wide");
        TextTokenizer withImage =
                ImageToken.added(tokenizer, vocabulary).orElseGet(() -> tokenizer.respelt("<s>", ImageToken.NAME));
        Map<String, Object> values = new LinkedHashMap<>(CheckpointConfig.values(config));
        values.put("image_token_index", withImage.id(ImageToken.NAME));
        values.put("text_config.model_type", "opt");
        values.put("text_config.vocab_size", vocabulary);
        values.put("text_config.word_embed_proj_dim", config.embeddingWidth());
        values.put("text_config.activation_function", "relu");
        values.put("text_config.attention_dropout", 0.0);
        values.put("text_config.pad_token_id", tokenizer.id("<pad>"));
        values.put("text_config.bos_token_id", tokenizer.id("</s>"));
        values.put("text_config.eos_token_id", text.end());
        PublishedPart.Tokenizer published = new PublishedPart.Tokenizer(
                withImage.json(),
                withImage.tidies(),
                Map.of(
                        "pad_token", "<pad>",
                        "unk_token", "<unk>",
                        "bos_token", "</s>",
                        "eos_token", "</s>",
                        "padding_side", "left"));
        return new PublishedPart(values, LanguageNames.asPart(parameters), Optional.of(published));
    }

    OptStack stack() {
        return stack;
    }
}
