package org.example;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.nn.Activation;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;

/**
 * Each position of the soft prompt is a learned weighted mean of the visual tokens, then a perceptron. It is no {@link
 * dev.querent.model.RepresentationLearner}, so an experiment with it has no stage 1.
 */
@Plugin("pooling")
public final class PoolingBridge implements Bridge {

    /** Sizes; the others are those of what the bridge joins. */
    public record Config(
            @Doc("soft prompt positions Q") int queries,
            @Doc("width of the perceptron's hidden layer") int hiddenSize) {
        public static final Config DEFAULTS = new Config(8, 256);

        public Config {
            Check.range("queries", queries, 1, 1024);
            Check.positive("hidden-size", hiddenSize);
        }
    }

    private final int queries;
    private final LayerNorm norm;
    private final NDArray shares; // (1, Q, N), before the softmax
    private final Linear in;
    private final Linear out;
    private final ParameterSet parameters;

    public PoolingBridge(Config config, BridgeShape shape, ComponentContext context) {
        int languageWidth = shape.languageWidth()
                .orElseThrow(() -> new IllegalArgumentException("the bridge pooling needs a language model"));
        ParameterScope scope = context.weights();
        queries = config.queries();
        norm = new LayerNorm(scope.child("norm"), shape.visionWidth(), 1e-5);
        shares = scope.parameter("shares", new Initializer.Normal(1), 1, queries, shape.visionTokens());
        in = Linear.of(scope.child("in"), shape.visionWidth(), config.hiddenSize());
        out = Linear.of(scope.child("out"), config.hiddenSize(), languageWidth);
        parameters = scope.parameters();
    }

    @Override
    public NDArray softPrompt(NDArray features) {
        NDManager owner = features.getManager();
        NDArray normed = norm.forward(Tensors.typeAs(owner, features, shares)); // (B, N, Dv)
        long rows = features.getShape().get(0);
        NDArray weights = Tensors.expandRows(owner, shares, rows).softmax(-1); // (B, Q, N)
        NDArray pooled = weights.matMul(normed); // (B, Q, Dv)
        return Tensors.fp32(out.forward(Activation.GELU.apply(in.forward(pooled)))); // (B, Q, Dl)
    }

    @Override
    public int promptLength() {
        return queries;
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }

    @Override
    public ParameterSet promptParameters() {
        return parameters;
    }
}
