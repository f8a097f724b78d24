package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.model.PublishedPart;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Plugin;
import dev.querent.weights.ParameterSet;

/** The baseline: every visual token, normed and linearly mapped, is one position of the soft prompt. */
@Plugin("linear")
public final class LinearBridge implements Bridge {

    /** No settings: the sizes are those of what it joins. */
    public record Config() {
        public static final Config DEFAULTS = new Config();
    }

    private final BridgeShape shape;
    private final LayerNorm visionNorm;
    private final Linear projection;
    private final ParameterSet parameters;

    public LinearBridge(Config config, BridgeShape shape, ComponentContext context) {
        this.shape = shape;
        int languageWidth = shape.languageWidth()
                .orElseThrow(
                        () -> new IllegalArgumentException("the bridge linear needs a language model to project to"));
        visionNorm = new LayerNorm(context.weights().child("ln_vision"), shape.visionWidth(), 1e-5);
        projection = Linear.of(context.weights().child("language_projection"), shape.visionWidth(), languageWidth);
        parameters = context.weights().parameters();
    }

    @Override
    public NDArray softPrompt(NDArray features) {
        NDArray typed = Tensors.typeAs(
                features.getManager(), features, parameters.list().get(0));
        return Tensors.fp32(projection.forward(visionNorm.forward(typed))); // (B, N, Dl)
    }

    @Override
    public int promptLength() {
        return shape.visionTokens();
    }

    @Override
    public ParameterSet parameters() {
        return parameters;
    }

    @Override
    public PublishedPart published() {
        throw new IllegalArgumentException(
                "the bridge linear has no query tokens; in the layout the language model reads"
                        + " those of a Q-Former and nothing else");
    }

    @Override
    public ParameterSet promptParameters() {
        return parameters;
    }
}
