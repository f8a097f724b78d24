package org.example;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.CachedDecoder;
import dev.querent.model.ComponentContext;
import dev.querent.model.DecoderOnly;
import dev.querent.model.LanguageInput;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Activation;
import dev.querent.nn.Embedding;
import dev.querent.nn.Intermediates;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.VocabularyFormat;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The smallest language model that is one: the next token is told by the last one and by the mean of everything before, soft
 * prompt included. So word order counts for one word only.
 *
 * <p>One sequence: {@code [soft prompt] <s> [prefix] [target] </s>}. The loss counts target and {@code </s>}.
 */
@Plugin("running-mean")
public final class RunningMean implements DecoderOnly {

    /** The format is of no matter here: it says how a family's published tokenizers look that are no tokenizer.json. */
    private static final TokenizerLayout LAYOUT = new TokenizerLayout(
            List.of("<pad>", "<unk>", "<s>", "</s>"), "<pad>", "<unk>", "<s>", "</s>", List.of(), VocabularyFormat.OPT);

    /** Settings. */
    public record Config(
            @Doc("width Dl of token embeddings and layers") int width,
            @Doc("perceptrons behind one another") int layers,

            @Doc("dropout probability while the model itself is trained; a frozen model has none")
            double dropout,

            @Doc("longest text in training, in tokens, begin and end included; longer ones are cut")
            int maxTextTokens) {
        public static final Config DEFAULTS = new Config(128, 2, 0.1, 64);

        public Config {
            Check.positive("width", width);
            Check.positive("layers", layers);
            Check.range("dropout", dropout, 0, 0.99);
            Check.range("max-text-tokens", maxTextTokens, 2, Integer.MAX_VALUE);
        }
    }

    private record Layer(LayerNorm norm, Linear in, Linear out) {}

    private final Config config;
    private final TextTokenizer tokenizer;
    private final TokenSequences sequences;
    private final Embedding tokens;
    private final Linear ofLast;
    private final Linear ofMean;
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final Linear head;
    private final ParameterSet parameters;

    public RunningMean(Config config, ComponentContext context) {
        this.config = config;
        tokenizer = context.tokenizers().tokenizer(LAYOUT);
        sequences = new TokenSequences(tokenizer, config.maxTextTokens());
        ParameterScope scope = context.weights();
        int width = config.width();
        Initializer small = new Initializer.Normal(0.1);
        tokens = new Embedding(scope.child("tokens"), tokenizer.size(), width, small);
        ofLast = Linear.of(scope.child("of_last"), width, width);
        ofMean = Linear.of(scope.child("of_mean"), width, width);
        for (int i = 0; i < config.layers(); i++) {
            ParameterScope layer = scope.child("layers").child(i);
            layers.add(new Layer(
                    new LayerNorm(layer.child("norm"), width, 1e-5),
                    Linear.of(layer.child("in"), width, 4L * width),
                    Linear.of(layer.child("out"), 4L * width, width)));
        }
        norm = new LayerNorm(scope.child("norm"), width, 1e-5);
        head = Linear.tied(tokens.weight());
        parameters = scope.parameters();
    }

    @Override
    public NDArray loss(LanguageInput input) {
        NDManager owner = input.manager();
        TokenSequences.Training texts = sequences.training(input.prefixes(), input.targets());
        NDArray sequence = sequence(owner, input, texts.tokens().ids()); // (B, L, Dl)
        int length = (int) sequence.getShape().get(1);
        int prompt = length - texts.tokens().length();
        NDArray last = Tensors.slice(sequence, 1, prompt, length - 1); // (B, T - 1, Dl): nothing follows the last token
        NDArray means =
                runningMeans(owner, texts.tokens().rows(), prompt, length).matMul(sequence); // (B, T - 1, Dl)
        NDArray scores = scores(last, means, dropout()); // (B, T - 1, V)
        return Tensors.crossEntropy(scores, Tensors.ofLongs(owner, texts.following()), 0);
    }

    /**
     * Row t holds equal weights for the soft prompt and the tokens up to t. Padding stands behind all that is asked for.
     *
     * @return (B, T - 1, L)
     */
    private NDArray runningMeans(NDManager owner, int rows, int prompt, int length) {
        float[][] weights = new float[length - 1 - prompt][length];
        for (int t = 0; t < weights.length; t++) {
            Arrays.fill(weights[t], 0, prompt + t + 1, 1f / (prompt + t + 1));
        }
        NDArray one = Tensors.reshape(owner, Tensors.ofFloats(owner, weights), 1, weights.length, length);
        return Tensors.expandRows(owner, typed(owner, one), rows);
    }

    @Override
    public long targetTokens(int promptLength, List<String> prefixes, List<String> targets) {
        return Arrays.stream(sequences.training(prefixes, targets).following())
                .flatMapToLong(Arrays::stream)
                .filter(token -> token != Tensors.IGNORED_TARGET)
                .count();
    }

    @Override
    public TextDecoder decoder(LanguageInput input) {
        return Torch.owning(manager -> {
            try (Torch.GradientMode off = Torch.withoutGradients();
                    NDManager passing = manager.newSubManager()) {
                TokenBatch texts = sequences.prefixes(input.prefixes());
                NDArray sequence = Tensors.fp32(sequence(passing, input, texts.ids())); // (R, L, Dl)
                int prompt = (int) sequence.getShape().get(1) - texts.length();
                RunningSum state = new RunningSum(manager, this, sequence, lengths(prompt, texts));
                NDArray logits = state.scoresBehind(sequence);
                logits.attach(manager);
                return new CachedDecoder(manager, state, logits, tokenizer.id("</s>"));
            }
        });
    }

    private static int[] lengths(int prompt, TokenBatch texts) {
        return Arrays.stream(texts.mask())
                .mapToInt(row -> prompt + (int) Arrays.stream(row).sum())
                .toArray();
    }

    /** Soft prompt, where there is one, and tokens: (B, L, Dl). */
    private NDArray sequence(NDManager owner, LanguageInput input, long[][] ids) {
        NDArray embedded = embedTokens(owner, ids);
        return input.softPrompt()
                .map(prompt -> Tensors.concatenate(owner, 1, Tensors.typeAs(owner, prompt, embedded), embedded))
                .orElse(embedded);
    }

    /**
     * What follows, by the last token and the mean of all up to it.
     *
     * @param last (B, T, Dl)
     * @param means (B, T, Dl)
     * @return (B, T, V) fp32
     */
    NDArray scores(NDArray last, NDArray means, double dropout) {
        NDArray x = ofLast.forward(last).add(ofMean.forward(means));
        for (Layer layer : layers) {
            x = Intermediates.freed(x, y -> {
                NDArray inner =
                        Activation.GELU.apply(layer.in().forward(layer.norm().forward(y)));
                return y.add(Tensors.dropout(layer.out().forward(inner), dropout));
            });
        }
        return Tensors.fp32(head.forward(norm.forward(x)));
    }

    private double dropout() {
        boolean trained = Torch.recordsGradients() && parameters.list().stream().anyMatch(NDArray::hasGradient);
        return trained ? config.dropout() : 0;
    }

    @Override
    public NDArray embedTokens(NDManager owner, long[][] ids) {
        return tokens.forward(Tensors.ofLongs(owner, ids));
    }

    /** x in the precision of the parameters. */
    NDArray typed(NDManager owner, NDArray x) {
        return Tensors.typeAs(owner, x, tokens.weight());
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
}
