package dev.querent.model;

import ai.djl.ndarray.NDArray;
import dev.querent.image.ImageTransform;
import dev.querent.image.Preprocessing;
import dev.querent.plugin.PluginKind;
import dev.querent.weights.ParameterSet;

/** An image encoder. A plugin's constructor takes {@code (Config, ComponentContext)}. */
@PluginKind("vision-encoder")
public interface VisionEncoder extends Publishable {

    /**
     * @param pixels (B, 3, S, S) fp32, normalised
     * @return (B, N, Dv) the visual features a bridge reads, class token first; owned by the manager of {@code pixels}
     */
    NDArray encode(NDArray pixels);

    /** Width Dv of the features. */
    int width();

    /** Number N of visual tokens, class token included. */
    int tokens();

    /** Image side S in pixels. */
    int imageSize();

    /** How images become pixels. */
    default Preprocessing preprocessing() {
        return Preprocessing.BLIP;
    }

    /** From an image to what the model reads, where nothing is augmented. */
    default ImageTransform transform() {
        return ImageTransform.evaluation(imageSize(), preprocessing());
    }

    /** Patch side P in pixels. */
    int patchSize();

    ParameterSet parameters();

    /**
     * How far a parameter is from the features, for learning rates that fall with it: 1 in the last block, 2 in the one before, and
     * one more than there are blocks for what lies in front of the first.
     *
     * @param parameter any name; 0 if it is none of {@link #parameters}, and everywhere for an encoder that makes no difference
     */
    default int layersAbove(String parameter) {
        return 0;
    }
}
