package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.AttentionMaps;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.model.PublishedPart;
import dev.querent.model.QuestionReader;
import dev.querent.model.RepresentationLearner;
import dev.querent.nn.Activation;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.Embedding;
import dev.querent.nn.Intermediates;
import dev.querent.nn.KeyValue;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.nn.bert.BertHead;
import dev.querent.nn.bert.BertSizes;
import dev.querent.nn.bert.VocabularyRows;
import dev.querent.plugin.Check;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.CheckpointField;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.text.TokenizerLayout;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Q-Former (paper section 3.1): query tokens that read the image through cross-attention and share their self-attention
 * with text. Parameter names are LAVIS's ({@code Blip2Qformer}); {@code language_projection} is what LAVIS calls
 * {@code opt_proj} or {@code t5_proj}.
 */
@Plugin("q-former")
public final class QFormer implements RepresentationLearner, QuestionReader, AttentionMaps {

    /** BERT's. */
    private static final double NORM_EPSILON = 1e-12;

    /** Sizes and initialisation. */
    public record Config(
            @Doc("query tokens Q") @CheckpointField("num_query_tokens")
            int queries,

            @Doc("width Db of queries and text") @CheckpointField({"qformer_config.hidden_size", "hidden_size"})
            int width,

            @Doc("layers") @CheckpointField({"qformer_config.num_hidden_layers", "num_hidden_layers"})
            int layers,

            @Doc("attention heads; divide the width")
            @CheckpointField({"qformer_config.num_attention_heads", "num_attention_heads"})
            int heads,

            @Doc("width of the feed-forward paths")
            @CheckpointField({"qformer_config.intermediate_size", "intermediate_size"})
            int mlp,

            @Doc("every how many layers the queries attend to the image, from the first on")
            @CheckpointField({"qformer_config.cross_attention_frequency", "cross_attention_frequency"})
            int crossAttentionFrequency,

            @Doc("size E of the space that images and texts share") @CheckpointField("image_text_hidden_size")
            int sharedWidth,

            @Doc("longest text in tokens, special tokens included; the rest is cut")
            @CheckpointField("qformer_config.max_text_tokens") // known to what Querent exports only
            int maxTextTokens,

            @Doc("rows of the position table, at least max-text-tokens")
            @CheckpointField({"qformer_config.max_position_embeddings", "max_position_embeddings"})
            int maxPositions,

            @Doc("dropout in training") @CheckpointField({"qformer_config.hidden_dropout_prob", "hidden_dropout_prob"})
            double dropout,

            @Doc("standard deviation of initial weights and embeddings")
            @CheckpointField({"qformer_config.initializer_range", "initializer_range"})
            double initialStd,

            @Doc("standard deviation of initial query tokens")
            double queryStd,

            @Doc("standard deviation of initial cross-attention weights")
            double crossAttentionStd,

            @Doc("initial temperature that similarities are divided by")
            double temperature,

            @Doc("added to variances in the norm of the image features: LAVIS 1e-5, transformers 1e-6")
            @CheckpointField(value = "vision_config.layer_norm_eps", otherwise = "1e-6")
            double visionEpsilon) {
        /** BERT-base, as in the paper. */
        public static final Config DEFAULTS =
                new Config(32, 768, 12, 12, 3072, 2, 256, 32, 512, 0.1, 0.02, 0.02, 0.02, 0.07, 1e-5);

        public Config {
            Check.range("queries", queries, 1, 4096);
            Check.positive("width", width);
            Check.positive("layers", layers);
            Check.positive("heads", heads);
            Check.that(width % heads == 0, "heads: expected a divisor of width " + width + ", found " + heads);
            Check.positive("mlp", mlp);
            Check.positive("cross-attention-frequency", crossAttentionFrequency);
            Check.positive("shared-width", sharedWidth);
            Check.range("max-text-tokens", maxTextTokens, 3, maxPositions);
            Check.range("dropout", dropout, 0, 0.99);
            Check.range("initial-std", initialStd, 0, 10);
            Check.range("query-std", queryStd, 0, 10);
            Check.range("cross-attention-std", crossAttentionStd, 0, 10);
            Check.range("temperature", temperature, 1e-4, 100);
            Check.range("vision-epsilon", visionEpsilon, 0, 1);
        }

        BertSizes bert() {
            return new BertSizes(width, heads, mlp, Activation.GELU, dropout, NORM_EPSILON);
        }
    }

    /** What only stage 1 needs: word and position embeddings, and the heads. */
    private record Text(
            TextTokenizer tokenizer,
            Embedding words,
            Embedding positions,
            Optional<BertHead> head,
            Linear visionProjection,
            Linear textProjection,
            Linear matchHead,
            NDArray temperature) {}

    private final Config config;
    private final LayerNorm visionNorm;
    private final NDArray queryTokens; // (1, Q, Db)
    private final LayerNorm embeddingNorm;
    private final List<QFormerLayer> layers = new ArrayList<>();
    private final Optional<Text> text;
    private final Optional<Linear> languageProjection;
    private final ParameterSet parameters;

    /**
     * Reads any of {@link QFormerNames}' layouts. What the layout doesn't have is left out (text path and heads, with a
     * checkpoint of stage 2) or initialised (the projection to the language model, with one of stage 1; all that BERT hasn't,
     * with BERT; the temperature, with Hugging Face's).
     */
    public QFormer(Config config, BridgeShape shape, ComponentContext context) {
        this.config = config;
        ParameterScope whole = context.weights();
        boolean fromBert = whole.stores(QFormerNames.BERT_WORDS);
        whole.translate(QFormerNames::translated);
        ParameterScope scope = fromBert ? whole.orInitialised() : whole;
        int width = config.width();
        visionNorm = new LayerNorm(scope.child("ln_vision"), shape.visionWidth(), config.visionEpsilon());
        queryTokens =
                scope.parameter("query_tokens", new Initializer.Normal(config.queryStd()), 1, config.queries(), width);
        ParameterScope bert = scope.child("Qformer").child("bert");
        ParameterScope embeddings = bert.child("embeddings");
        embeddings.ignore("position_ids");
        embeddingNorm = new LayerNorm(embeddings.child("LayerNorm"), width, NORM_EPSILON);
        boolean readsText = !embeddings.lacks("word_embeddings.");
        for (int i = 0; i < config.layers(); i++) {
            boolean crosses = i % config.crossAttentionFrequency() == 0;
            layers.add(new QFormerLayer(
                    bert.child("encoder").child("layer").child(i), config, shape.visionWidth(), crosses, readsText));
        }
        text = readsText
                ? Optional.of(text(scope, fromBert, context.tokenizers().tokenizer(TokenizerLayout.BLIP)))
                : Optional.empty();
        languageProjection = shape.languageWidth().isPresent()
                ? Optional.of(languageProjection(scope, shape.languageWidth().getAsInt()))
                : Optional.empty();
        if (languageProjection.isEmpty()) {
            scope.ignore("language_projection.");
        }
        parameters = scope.parameters();
    }

    private Text text(ParameterScope scope, boolean fromBert, TextTokenizer tokenizer) {
        Initializer normal = new Initializer.Normal(config.initialStd());
        int width = config.width();
        ParameterScope embeddings = scope.child("Qformer").child("bert").child("embeddings");
        Embedding words = new Embedding(
                embeddings.child("word_embeddings"), tokenizer.size(), width, normal, new VocabularyRows());
        ParameterScope head = scope.child("Qformer").child("cls").child("predictions");
        return new Text(
                tokenizer,
                words,
                new Embedding(embeddings.child("position_embeddings"), config.maxPositions(), width, normal),
                scope.lacks("Qformer.cls.") && !fromBert
                        ? Optional.empty()
                        : Optional.of(new BertHead(head, config.bert(), normal, words.weight())),
                Linear.of(scope.child("vision_proj"), width, config.sharedWidth()),
                Linear.of(scope.child("text_proj"), width, config.sharedWidth()),
                Linear.of(scope.child("itm_head"), width, 2),
                scope.orInitialised().parameter("temp", new Initializer.Constant(config.temperature())));
    }

    private Linear languageProjection(ParameterScope scope, int languageWidth) {
        ParameterScope projection =
                (scope.lacks("language_projection.") ? scope.orInitialised() : scope).child("language_projection");
        return Linear.of(projection, config.width(), languageWidth);
    }

    private Text text() {
        return text.orElseThrow(QFormer::withoutText);
    }

    static IllegalStateException withoutText() {
        return new IllegalStateException(
                "this Q-Former was read from a checkpoint of stage 2, which has no text path and no"
                        + " heads: it gives soft prompts only. Use a checkpoint of stage 1, or none");
    }

    @Override
    public NDArray softPrompt(NDArray features) {
        return softPromptOf(new QFormerView(this, features).queries()); // (B, Q, Dl)
    }

    @Override
    public NDArray softPrompt(NDArray features, int[] images, List<String> questions) {
        return softPrompt(features, images, encode(questions));
    }

    /** As above, of (R, T) tokens. */
    NDArray softPrompt(NDArray features, int[] images, TokenBatch questions) {
        return softPromptOf(new QFormerView(this, features).queriesBeside(images, questions)); // (R, Q, Dl)
    }

    private NDArray softPromptOf(NDArray queries) {
        Linear projection = languageProjection.orElseThrow(
                () -> new IllegalStateException("a soft prompt needs a language model, the experiment has none"));
        return Tensors.fp32(projection.forward(queries));
    }

    @Override
    public ImageView look(NDArray features) {
        return new QFormerView(this, features);
    }

    /** Of the last layer that crosses: {@link AttentionMaps} says why. */
    @Override
    public NDArray attention(NDArray features) {
        NDArray typed = typed(features);
        NDArray hidden = embedQueries(features.getManager(), features.getShape().get(0)); // (B, Q, Db)
        int crossing = (layers.size() - 1) / config.crossAttentionFrequency() * config.crossAttentionFrequency();
        for (QFormerLayer layer : layers.subList(0, crossing)) {
            hidden = layer.forward(hidden, layer.imageKeyValue(visionNorm, typed))
                    .hidden();
        }
        QFormerLayer last = layers.get(crossing);
        KeyValue image = last.imageKeyValue(visionNorm, typed).orElseThrow();
        return last.imageWeights(hidden, image).mean(new int[] {1}); // (B, Q, N)
    }

    @Override
    public NDArray embedText(NDManager owner, TokenBatch texts) {
        Packing packing = new Packing(owner, 0, texts.mask());
        QFormerLayer.Pass pass =
                new QFormerLayer.Pass(packing, AttentionMask.padding(owner, texts.mask()), Optional.empty());
        NDArray hidden = embedTokens(owner, packing, texts.ids()); // (tokens, Db)
        Packing.Kept all = packing.all(owner);
        for (int i = 0; i < layers.size(); i++) {
            QFormerLayer layer = layers.get(i);
            Packing.Kept kept = i + 1 < layers.size() ? all : packing.firstTokens(owner); // the class tokens
            hidden = Intermediates.freed(hidden, x -> layer.forward(x, pass, kept, Optional.empty(), Optional.empty()));
        }
        return Tensors.unitLength(text().textProjection().forward(hidden)); // (B, E)
    }

    /**
     * Word and position embeddings, normed.
     *
     * @param ids (R, T) int64
     * @param start position of the first token
     * @return (R, T, Db)
     */
    NDArray embedTokens(NDArray ids, int start) {
        NDArray positions = ids.getManager()
                .arange(start, start + (int) ids.getShape().get(1))
                .toType(DataType.INT64, false);
        return dropped(embeddingNorm.forward(unnormed(ids, positions)));
    }

    /** The tokens of (R, T) texts, normed: (tokens, Db). */
    NDArray embedTokens(NDManager owner, Packing packing, long[][] ids) {
        return dropped(embeddingNorm.forward(unnormedTokens(owner, packing, ids)));
    }

    /** (1, Q, Db) repeated for R rows and normed: (R, Q, Db). */
    NDArray embedQueries(NDManager owner, long rows) {
        return dropped(embeddingNorm.forward(Tensors.expandRows(owner, queryTokens, rows)));
    }

    /** Queries and tokens of (R, T) texts, normed together as BERT does: (positions, Db). */
    NDArray embedJointly(NDManager owner, Packing packing, long[][] ids) {
        NDArray queries = Tensors.expandRows(owner, queryTokens, ids.length).reshape(new Shape(-1, config.width()));
        NDArray tokens = unnormedTokens(owner, packing, ids);
        return dropped(embeddingNorm.forward(Tensors.concatenate(owner, 0, queries, tokens)));
    }

    private NDArray unnormedTokens(NDManager owner, Packing packing, long[][] ids) {
        long[][] places = new long[ids.length][ids[0].length];
        for (long[] row : places) {
            Arrays.setAll(row, place -> place);
        }
        return unnormed(vector(owner, packing.tokens(ids)), vector(owner, packing.tokens(places))); // (tokens, Db)
    }

    private static NDArray vector(NDManager owner, long... values) {
        return Torch.tensor(owner, LongBuffer.wrap(values), values.length);
    }

    private NDArray unnormed(NDArray ids, NDArray positions) {
        return text().words().forward(ids).add(text().positions().forward(positions));
    }

    private NDArray dropped(NDArray x) {
        return Tensors.dropout(x, Torch.recordsGradients() ? config.dropout() : 0);
    }

    /** (B, N, Dv) in the precision of the weights. */
    NDArray typed(NDArray features) {
        return Tensors.typeAs(features.getManager(), features, queryTokens);
    }

    /** Of image features. */
    LayerNorm visionNorm() {
        return visionNorm;
    }

    List<QFormerLayer> layers() {
        return layers;
    }

    /** (..., Db) -> (..., V), scores of the next tokens in fp32. */
    NDArray tokenScores(NDArray hidden) {
        BertHead head = text().head()
                .orElseThrow(() -> new IllegalStateException("this Q-Former was read from a checkpoint without"
                        + " language-modelling head (Hugging Face's have none): it can't generate text by itself"));
        return Tensors.fp32(head.forward(hidden));
    }

    /** (B, Q, Db) -> (B, Q, E) of unit length. */
    NDArray project(NDArray queries) {
        return Tensors.unitLength(text().visionProjection().forward(queries));
    }

    /** (R, Q, Db) -> (R, 2), the mean over the queries. */
    NDArray matchLogits(NDArray queries) {
        return Tensors.fp32(text().matchHead().forward(queries)).mean(new int[] {1});
    }

    @Override
    public NDArray temperature() {
        return text().temperature();
    }

    @Override
    public boolean readsText() {
        return text.isPresent();
    }

    @Override
    public TokenBatch encode(List<String> texts) {
        return encode(texts, config.maxTextTokens());
    }

    @Override
    public TokenBatch encode(List<String> texts, int maxTokens) {
        return tokenizer().encode(texts, Math.min(maxTokens, config.maxPositions()), padId());
    }

    @Override
    public TextTokenizer tokenizer() {
        return text().tokenizer();
    }

    long padId() {
        return tokenizer().id("[PAD]");
    }

    int maxPositions() {
        return config.maxPositions();
    }

    @Override
    public int promptLength() {
        return config.queries();
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }

    @Override
    public ParameterSet promptParameters() {
        return parameters.where(name -> !isHead(name) && !isTextPath(name));
    }

    /** The last layer's path for text is left out: nothing reads what it gives. */
    @Override
    public ParameterSet questionParameters() {
        String last = ".layer." + (config.layers() - 1) + ".";
        return parameters.where(name -> !isHead(name) && !(isTextPath(name) && name.contains(last)));
    }

    private static boolean isHead(String name) {
        return name.startsWith("Qformer.cls.")
                || name.startsWith("vision_proj.")
                || name.startsWith("text_proj.")
                || name.startsWith("itm_head.")
                || name.equals("temp");
    }

    private static boolean isTextPath(String name) {
        return name.contains(".embeddings.word_embeddings.")
                || name.contains(".embeddings.position_embeddings.")
                || name.matches(".*\\.layer\\.\\d+\\.(intermediate|output)\\..*");
    }

    /**
     * In front of a language model the path of the queries alone, as in {@code Blip2ForConditionalGeneration}; otherwise all that
     * {@code Blip2ForImageTextRetrieval} has, which is neither temperature nor language-modelling head.
     */
    @Override
    public PublishedPart published() {
        boolean retrieval = languageProjection.isEmpty();
        Map<String, Object> values = new LinkedHashMap<>(CheckpointConfig.values(config));
        values.put("qformer_config.model_type", "blip_2_qformer");
        values.put("qformer_config.hidden_act", "gelu");
        values.put("qformer_config.layer_norm_eps", NORM_EPSILON);
        values.put("qformer_config.attention_probs_dropout_prob", config.dropout());
        values.put("qformer_config.use_qformer_text_input", retrieval);
        if (retrieval) {
            values.put(
                    "qformer_config.vocab_size",
                    text().words().weight().getShape().get(0));
            values.put("qformer_config.pad_token_id", padId());
        }
        ParameterSet kept = retrieval
                ? parameters.where(name -> !name.equals("temp") && !name.startsWith("Qformer.cls."))
                : promptParameters();
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        kept.asMap().forEach((name, tensor) -> tensors.put(QFormerNames.inHuggingFace(name), tensor));
        return new PublishedPart(values, tensors, retrieval ? Optional.of(publishedTokenizer()) : Optional.empty());
    }

    private PublishedPart.Tokenizer publishedTokenizer() {
        return new PublishedPart.Tokenizer(
                tokenizer().json(),
                tokenizer().tidies(),
                Map.of(
                        "pad_token", "[PAD]",
                        "unk_token", "[UNK]",
                        "cls_token", "[CLS]",
                        "sep_token", "[SEP]",
                        "mask_token", "[MASK]",
                        "bos_token", "[DEC]"));
    }

    @Override
    public ParameterSet representationParameters() {
        return parameters.where(name -> !name.startsWith("language_projection."));
    }
}
