package dev.querent.training;

import dev.querent.plugin.Check;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * Layer-wise decay of the learning rate, for an encoder that is fine-tuned: the further a parameter is from the features, the slower it
 * learns (as in BEiT, arXiv 2106.08254; the rates of BLIP-2's fine-tuning are in the tables of its appendix).
 *
 * @param decay the learning rate of one layer over that of the layer above it; 1 for the same rate everywhere
 * @param layersAbove 0 for a parameter outside the encoder, otherwise how many layers lie between it and the features, its own included
 */
public record LayerDecay(double decay, ToIntFunction<String> layersAbove) implements ToDoubleFunction<String> {

    public LayerDecay {
        Check.range("layer-decay", decay, 0.01, 1);
    }

    /** What the learning rate of a parameter is multiplied by. */
    @Override
    public double applyAsDouble(String parameter) {
        return Math.pow(decay, layersAbove.applyAsInt(parameter));
    }
}
