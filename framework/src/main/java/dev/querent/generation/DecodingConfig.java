package dev.querent.generation;

import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import java.util.Optional;

/** How text is decoded. */
public record DecodingConfig(
        @Doc("beams K; 1 takes the likeliest token at every step")
        int numBeams,

        @Doc(
                "exponent of the length that a text's summed log probability is divided by: 0 prefers short texts, -1 more so")
        double lengthPenalty,

        @Doc("tokens before a text may end") int minNewTokens,

        @Doc("tokens, end token included, at which a text is cut off")
        int maxNewTokens,

        @Doc(
                "what a token that the text has already is made less likely by; 1 for nothing. The prompt's tokens don't count")
        double repetitionPenalty,

        @Doc("when beam search stops looking for better texts")
        EarlyStopping earlyStopping,

        @Doc("texts for each prompt: the best beams, or as many samples")
        int numReturnSequences,

        @Doc("draws tokens instead of searching the likeliest text")
        Optional<Sampling> sampling) {

    /** Beams and length penalty of the paper's captioning, at the length of a short caption. */
    public static final DecodingConfig DEFAULTS = new DecodingConfig(5, 1, 1, 30);

    /** A search for the likeliest text, one for each prompt. */
    public DecodingConfig(int numBeams, double lengthPenalty, int minNewTokens, int maxNewTokens) {
        this(numBeams, lengthPenalty, minNewTokens, maxNewTokens, 1, EarlyStopping.FALSE, 1, Optional.empty());
    }

    public DecodingConfig {
        Check.range("num-beams", numBeams, 1, 1000);
        Check.range("length-penalty", lengthPenalty, -10, 10);
        Check.range("min-new-tokens", minNewTokens, 0, 100_000);
        Check.range("max-new-tokens", maxNewTokens, 1, 100_000);
        Check.range("repetition-penalty", repetitionPenalty, 0.01, 100);
        Check.range("num-return-sequences", numReturnSequences, 1, 1000);
        Check.that(sampling.isEmpty() || numBeams == 1, "num-beams: expected 1 with sampling, found " + numBeams);
        Check.that(
                sampling.isPresent() || numReturnSequences <= numBeams,
                "num-return-sequences: expected at most num-beams (" + numBeams + "), found " + numReturnSequences);
        Check.that(
                minNewTokens <= maxNewTokens,
                "min-new-tokens: expected at most max-new-tokens (" + maxNewTokens + "), found " + minNewTokens);
    }

    /** A text's score, comparable between lengths: {@code sum / length ^ lengthPenalty}. */
    double score(double logProbability, int length) {
        return logProbability / Math.pow(length, lengthPenalty);
    }
}
