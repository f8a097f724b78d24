package dev.querent.language.t5;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.language.ImageToken;
import dev.querent.language.LanguageNames;
import dev.querent.language.t5.T5Attention.KeysAndValues;
import dev.querent.model.CachedDecoder;
import dev.querent.model.ComponentContext;
import dev.querent.model.EncoderDecoder;
import dev.querent.model.LanguageInput;
import dev.querent.model.PublishedPart;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Activation;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.Embedding;
import dev.querent.nn.Linear;
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
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * T5 v1.1 and FlanT5 (arXiv 1910.10683, 2210.11416), any size. Reads Hugging Face names; sizes come from the checkpoint's
 * {@code config.json}.
 *
 * <p>The encoder reads {@code [soft prompt] [prefix] </s>}, positions counting through; the decoder predicts
 * {@code [target] </s>}, beginning after the padding token.
 *
 * <p>Dropout acts only where gradients are recorded and the model's own parameters require them: a frozen model has none.
 */
@Plugin("t5")
@Preset(
        name = "flan-t5-xl",
        settings = "{vocabulary-size: 32128, width: 2048, heads: 32, feed-forward-size: 5120, layers: 24}")
@Preset(
        name = "flan-t5-xxl",
        settings = "{vocabulary-size: 32128, width: 4096, heads: 64, feed-forward-size: 10240, layers: 24}")
public final class FlanT5 implements EncoderDecoder {

    static final double EPSILON = 1e-6;

    static final TokenizerLayout LAYOUT = new TokenizerLayout(
            List.of("<pad>", "</s>", "<unk>"), "<pad>", "<unk>", "", "</s>", List.of(), VocabularyFormat.T5);

    /** Settings of a T5. */
    public record Config(
            @Doc("number of token embeddings; default: the tokenizer's size")
            @CheckpointField({"text_config.vocab_size", "vocab_size"})
            Optional<Integer> vocabularySize,

            @Doc("width Dl of embeddings and layers") @CheckpointField({"text_config.d_model", "d_model"})
            int width,

            @Doc("width of one attention head") @CheckpointField({"text_config.d_kv", "d_kv"})
            int headSize,

            @Doc("number of attention heads") @CheckpointField({"text_config.num_heads", "num_heads"})
            int heads,

            @Doc("width of the feed-forward networks") @CheckpointField({"text_config.d_ff", "d_ff"})
            int feedForwardSize,

            @Doc("number of encoder layers") @CheckpointField({"text_config.num_layers", "num_layers"})
            int layers,

            @Doc("number of decoder layers; default: as many as the encoder's")
            @CheckpointField({"text_config.num_decoder_layers", "num_decoder_layers"})
            Optional<Integer> decoderLayers,

            @Doc("activation of the gate; BLIP-2 runs FlanT5 with gelu instead of its own gelu-new")
            @CheckpointField({"text_config.dense_act_fn", "dense_act_fn"})
            Activation activation,

            @Doc("number of buckets of relative positions")
            @CheckpointField({"text_config.relative_attention_num_buckets", "relative_attention_num_buckets"})
            int positionBuckets,

            @Doc("distance in tokens from which all positions share a bucket")
            @CheckpointField({"text_config.relative_attention_max_distance", "relative_attention_max_distance"})
            int maxDistance,

            @Doc("whether the head is the embedding, scores then scaled by 1/sqrt(width) (T5 before v1.1)")
            // transformers 5 always says tied, and says what is meant under the first name
            @CheckpointField({
                "text_config.scale_decoder_outputs",
                "text_config.tie_word_embeddings",
                "scale_decoder_outputs",
                "tie_word_embeddings"
            })
            boolean tiedHead,

            @Doc("dropout probability while the model itself is trained; a frozen model has none")
            @CheckpointField({"text_config.dropout_rate", "dropout_rate"})
            double dropout,

            @Doc("longest encoder input in tokens, soft prompt included")
            @CheckpointField({"text_config.n_positions", "n_positions"})
            int maxPositions,

            @Doc("longest prefix and longest target in training, in tokens, end included; longer ones are cut")
            int maxTextTokens) {

        /** FlanT5-base with BLIP-2's activation and text length. */
        public static final Config DEFAULTS = new Config(
                Optional.empty(),
                768,
                64,
                12,
                2048,
                12,
                Optional.empty(),
                Activation.GELU,
                32,
                128,
                false,
                0.1,
                512,
                32);

        public Config {
            vocabularySize.ifPresent(size -> Check.positive("vocabulary-size", size));
            Check.positive("width", width);
            Check.positive("head-size", headSize);
            Check.positive("heads", heads);
            Check.positive("feed-forward-size", feedForwardSize);
            Check.positive("layers", layers);
            decoderLayers.ifPresent(count -> Check.positive("decoder-layers", count));
            Check.range("position-buckets", positionBuckets, 4, 4096);
            Check.that(
                    positionBuckets % 4 == 0, "position-buckets: expected a multiple of 4, found " + positionBuckets);
            Check.that(
                    maxDistance > positionBuckets / 2,
                    "max-distance: expected more than half of position-buckets, found " + maxDistance);
            Check.range("dropout", dropout, 0, 0.99);
            Check.positive("max-positions", maxPositions);
            Check.range("max-text-tokens", maxTextTokens, 2, Integer.MAX_VALUE);
        }
    }

    private final Config config;
    private final TextTokenizer tokenizer;
    private final int vocabulary;
    private final long pad;
    private final long end;
    private final Embedding tokens;
    private final T5Encoder encoder;
    private final T5Decoder decoder;
    private final Linear head;
    private final ParameterSet parameters;

    /**
     * @throws IllegalArgumentException where the vocabulary is smaller than the tokenizer's
     */
    public FlanT5(Config config, ComponentContext context) {
        this.config = config;
        tokenizer = context.tokenizers().tokenizer(LAYOUT);
        pad = tokenizer.id("<pad>");
        end = tokenizer.id("</s>");
        vocabulary = config.vocabularySize().orElse(tokenizer.size());
        Check.that(
                vocabulary >= tokenizer.size(),
                "vocabulary-size: expected at least the tokenizer's " + tokenizer.size() + ", found " + vocabulary);
        ParameterScope scope = context.weights();
        scope.translate(LanguageNames::part);
        scope.ignore("encoder.embed_tokens.weight"); // always "shared"; some files repeat it
        scope.ignore("decoder.embed_tokens.weight");
        tokens = new Embedding(scope.child("shared"), vocabulary, config.width(), new Initializer.Normal(1));
        encoder = new T5Encoder(config, scope.child("encoder"));
        decoder = new T5Decoder(config, scope.child("decoder"));
        // Scores of standard deviation 1, hence a first loss near ln V, whatever the width.
        Initializer initial = new Initializer.Normal(1 / Math.sqrt((double) config.width()));
        head = config.tiedHead()
                ? Linear.tied(tokens.weight())
                : Linear.withoutBias(scope.child("lm_head"), config.width(), vocabulary, initial);
        parameters = scope.parameters();
    }

    @Override
    public NDArray loss(LanguageInput input) {
        return loss(input, dropout());
    }

    @Override
    public long targetTokens(int promptLength, List<String> prefixes, List<String> targets) {
        return encoded(targets).tokens();
    }

    private TokenBatch encoded(List<String> targets) {
        return tokenizer.encode(targets, config.maxTextTokens(), pad);
    }

    NDArray loss(LanguageInput input, double dropout) {
        NDManager manager = input.manager();
        int room = config.maxPositions() - promptLength(input);
        Check.that(room >= 1, "a soft prompt of " + promptLength(input) + " leaves no room: raise max-positions");
        TokenBatch prefixes = tokenizer.encode(input.prefixes(), Math.min(config.maxTextTokens(), room), pad);
        long[][] keyMask = keyMask(input, prefixes);
        NDArray encoded = encoder.forward(embed(manager, input, prefixes), keyMask, dropout, layer -> {});
        TokenBatch targets = encoded(input.targets());
        NDArray hidden = decoder.forward(
                embed(Tensors.ofLongs(manager, shiftedRight(targets.ids()))),
                decoder.read(encoded),
                AttentionMask.padding(manager, keyMask),
                dropout,
                List.of(),
                layer -> {}); // (B, T, Dl)
        return Tensors.crossEntropy(scores(hidden), Tensors.ofLongs(manager, withoutPadding(targets)), 0);
    }

    @Override
    public NDArray embedTokens(NDManager owner, long[][] ids) {
        return embed(Tensors.ofLongs(owner, ids));
    }

    @Override
    public TextDecoder decoder(LanguageInput input) {
        List<long[]> texts = input.prefixes().stream().map(tokenizer::encode).toList();
        TokenBatch prefixes = TokenBatch.padRight(texts, pad);
        long[][] keyMask = keyMask(input, prefixes);
        int length = promptLength(input) + prefixes.length();
        Check.that(
                length <= config.maxPositions(),
                "the encoder input has " + length + " positions, soft prompt included; the model takes "
                        + config.maxPositions());
        return Torch.owning(manager -> {
            try (Torch.GradientMode off = Torch.withoutGradients();
                    NDManager scratch = manager.newSubManager()) {
                NDArray encoded = encoder.forward(embed(scratch, input, prefixes), keyMask, 0, layer -> {});
                List<KeysAndValues> read = decoder.read(encoded);
                read.forEach(each -> {
                    each.keys().attach(manager);
                    each.values().attach(manager);
                });
                T5State state = new T5State(manager, this, read, AttentionMask.padding(manager, keyMask));
                long[] start =
                        LongStream.generate(() -> pad).limit(input.rows()).toArray();
                NDArray logits = state.next(scratch, start);
                logits.attach(manager);
                return new CachedDecoder(manager, state, logits, end);
            }
        });
    }

    /** (B, T) int64 -> (B, T, Dl) */
    NDArray embed(NDArray ids) {
        return tokens.forward(ids);
    }

    /** Soft prompt, where there is one, and prefix: (B, Q + T, Dl). */
    private NDArray embed(NDManager owner, LanguageInput input, TokenBatch prefixes) {
        NDArray embedded = embed(Tensors.ofLongs(owner, prefixes.ids()));
        return input.softPrompt()
                .map(prompt -> Tensors.concatenate(owner, 1, Tensors.typeAs(owner, prompt, embedded), embedded))
                .orElse(embedded);
    }

    /** (..., Dl) -> (..., V) fp32 */
    NDArray scores(NDArray hidden) {
        return Tensors.fp32(head.forward(
                config.tiedHead() ? Tensors.scale(hidden, 1 / Math.sqrt((double) config.width())) : hidden));
    }

    private static int promptLength(LanguageInput input) {
        return input.softPrompt().map(prompt -> (int) prompt.getShape().get(1)).orElse(0);
    }

    private static long[][] keyMask(LanguageInput input, TokenBatch prefixes) {
        LongStream.Builder ones = LongStream.builder();
        for (int i = 0; i < promptLength(input); i++) {
            ones.add(1);
        }
        long[] prompt = ones.build().toArray();
        return Arrays.stream(prefixes.mask())
                .map(row -> LongStream.concat(Arrays.stream(prompt), Arrays.stream(row))
                        .toArray())
                .toArray(long[][]::new);
    }

    /** What the decoder reads: each target after the padding token, without its last. */
    private long[][] shiftedRight(long[][] targets) {
        long[][] shifted = new long[targets.length][];
        for (int row = 0; row < targets.length; row++) {
            shifted[row] = new long[targets[row].length];
            shifted[row][0] = pad;
            System.arraycopy(targets[row], 0, shifted[row], 1, targets[row].length - 1);
        }
        return shifted;
    }

    private static long[][] withoutPadding(TokenBatch targets) {
        long[][] ids = Arrays.stream(targets.ids()).map(long[]::clone).toArray(long[][]::new);
        for (int row = 0; row < ids.length; row++) {
            for (int t = 0; t < ids[row].length; t++) {
                if (targets.mask()[row][t] == 0) {
                    ids[row][t] = Tensors.IGNORED_TARGET;
                }
            }
        }
        return ids;
    }

    private double dropout() {
        boolean trained = Torch.recordsGradients() && parameters.list().stream().anyMatch(NDArray::hasGradient);
        return trained ? config.dropout() : 0;
    }

    @Override
    public int width() {
        return config.width();
    }

    @Override
    public TextTokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }

    @Override
    public PublishedPart published() {
        TextTokenizer withImage = ImageToken.added(tokenizer, vocabulary)
                .orElseThrow(() -> new IllegalArgumentException(
                        "language.vocabulary-size: the layout needs a row of the embeddings for its token <image>, and the"
                                + " tokenizer takes all " + vocabulary + "; train with vocabulary-size: "
                                + (vocabulary + 1) + " or more"));
        Map<String, Object> values = new LinkedHashMap<>(CheckpointConfig.values(config));
        values.put("image_token_index", withImage.id(ImageToken.NAME));
        values.put("text_config.model_type", "t5");
        values.put("text_config.vocab_size", vocabulary);
        values.put("text_config.num_decoder_layers", config.decoderLayers().orElse(config.layers()));
        values.put("text_config.layer_norm_epsilon", EPSILON);
        values.put("text_config.feed_forward_proj", "gated-gelu");
        values.put("text_config.is_gated_act", true);
        values.put("text_config.tie_word_embeddings", config.tiedHead());
        values.put("text_config.pad_token_id", pad);
        values.put("text_config.eos_token_id", end);
        values.put("text_config.decoder_start_token_id", pad);
        PublishedPart.Tokenizer published = new PublishedPart.Tokenizer(
                withImage.json(),
                withImage.tidies(),
                Map.of("pad_token", "<pad>", "unk_token", "<unk>", "eos_token", "</s>"));
        return new PublishedPart(values, LanguageNames.asPart(parameters), Optional.of(published));
    }

    T5Encoder encoder() {
        return encoder;
    }

    T5Decoder decoder() {
        return decoder;
    }
}
