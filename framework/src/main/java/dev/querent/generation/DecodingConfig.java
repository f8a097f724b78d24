package dev.querent.generation;

import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;

/** How text is decoded. */
public record DecodingConfig(
        @Doc("beams K; 1 takes the likeliest token at every step")
        int numBeams,

        @Doc(
                "exponent of the length that a text's summed log probability is divided by: 0 prefers short texts, -1 more so")
        double lengthPenalty,

        @Doc("tokens before a text may end") int minNewTokens,

        @Doc("tokens, end token included, at which a text is cut off")
        int maxNewTokens) {

    /** Beams and length penalty of the paper's captioning, at the length of a short caption. */
    public static final DecodingConfig DEFAULTS = new DecodingConfig(5, 1, 1, 30);

    public DecodingConfig {
        Check.range("num-beams", numBeams, 1, 1000);
        Check.range("length-penalty", lengthPenalty, -10, 10);
        Check.range("min-new-tokens", minNewTokens, 0, 100_000);
        Check.range("max-new-tokens", maxNewTokens, 1, 100_000);
        Check.that(
                minNewTokens <= maxNewTokens,
                "min-new-tokens: expected at most max-new-tokens (" + maxNewTokens + "), found " + minNewTokens);
    }

    /** The same with another number of beams. */
    public DecodingConfig withNumBeams(int beams) {
        return new DecodingConfig(beams, lengthPenalty, minNewTokens, maxNewTokens);
    }

    /** The same with another longest text. */
    public DecodingConfig withMaxNewTokens(int tokens) {
        return new DecodingConfig(numBeams, lengthPenalty, Math.min(minNewTokens, tokens), tokens);
    }

    /** A text's score, comparable between lengths: {@code sum / length ^ lengthPenalty}. */
    double score(double logProbability, int length) {
        return logProbability / Math.pow(length, lengthPenalty);
    }
}
