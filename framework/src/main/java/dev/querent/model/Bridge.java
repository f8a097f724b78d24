package dev.querent.model;

import ai.djl.ndarray.NDArray;
import dev.querent.plugin.PluginKind;
import dev.querent.weights.ParameterSet;

/**
 * The trainable part between a frozen vision encoder and a frozen language model. A plugin's constructor takes
 * {@code (Config, BridgeShape, ComponentContext)}.
 */
@PluginKind("bridge")
public interface Bridge extends Publishable {

    /**
     * @param features (B, N, Dv) from the vision encoder
     * @return (B, Q, Dl) soft prompt, owned by the manager of {@code features}
     */
    NDArray softPrompt(NDArray features);

    /** Number Q of soft prompt positions. */
    int promptLength();

    /** All parameters. */
    ParameterSet parameters();

    /** The parameters that {@link #softPrompt} uses: what generative training changes. */
    ParameterSet promptParameters();
}
