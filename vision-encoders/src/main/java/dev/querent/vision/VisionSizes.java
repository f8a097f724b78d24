package dev.querent.vision;

import dev.querent.nn.Activation;
import dev.querent.plugin.Check;
import dev.querent.weights.Initializer;

/**
 * Sizes of a vision transformer and what follows from them.
 *
 * @param imageSize S
 * @param patchSize P
 * @param width Dv
 * @param layers blocks that count for the initialisation, those skipped included
 * @param heads of attention
 * @param mlp width of the feed-forward layer
 * @param activation of the feed-forward layer
 * @param epsilon added to variances in layer norms
 */
record VisionSizes(
        int imageSize,
        int patchSize,
        int width,
        int layers,
        int heads,
        int mlp,
        Activation activation,
        double epsilon) {

    VisionSizes {
        Check.positive("image-size", imageSize);
        Check.positive("patch-size", patchSize);
        Check.that(
                imageSize % patchSize == 0,
                "patch-size: expected a divisor of image-size " + imageSize + ", found " + patchSize);
        Check.positive("width", width);
        Check.positive("layers", layers);
        Check.positive("heads", heads);
        Check.that(width % heads == 0, "heads: expected a divisor of width " + width + ", found " + heads);
        Check.positive("mlp", mlp);
        Check.range("epsilon", epsilon, 0, 1);
    }

    /** N, class token included. */
    int tokens() {
        int side = imageSize / patchSize;
        return side * side + 1;
    }

    // torch's linear default has variance 1/3 of 1/width; the outputs of both branches add up over the layers, so they
    // start smaller, as in CLIP's own code

    Initializer inward() {
        return new Initializer.Normal(1 / Math.sqrt(width));
    }

    Initializer outward() {
        return new Initializer.Normal(1 / Math.sqrt(2.0 * width * layers));
    }
}
