package dev.querent.vision;

import dev.querent.nn.Activation;
import dev.querent.plugin.Check;
import dev.querent.weights.Initializer;

/**
 * Sizes of the blocks of a transformer and what follows from them.
 *
 * @param width D
 * @param layers blocks that count for the initialisation, those skipped included
 * @param heads of attention
 * @param mlp width of the feed-forward layer
 * @param activation of the feed-forward layer
 * @param epsilon added to variances in layer norms
 */
record LayerSizes(int width, int layers, int heads, int mlp, Activation activation, double epsilon) {

    LayerSizes {
        Check.positive("width", width);
        Check.positive("layers", layers);
        Check.positive("heads", heads);
        Check.that(width % heads == 0, "heads: expected a divisor of width " + width + ", found " + heads);
        Check.positive("mlp", mlp);
        Check.range("epsilon", epsilon, 0, 1);
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
