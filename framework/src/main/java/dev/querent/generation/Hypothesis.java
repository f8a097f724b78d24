package dev.querent.generation;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A text in the making, sharing its beginning with others.
 *
 * @param before the text without its last token; null for the empty one
 * @param lastToken its last token
 * @param length number of tokens
 * @param logProbability of all tokens, in nats
 */
record Hypothesis(@Nullable Hypothesis before, long lastToken, int length, double logProbability) {

    static final Hypothesis EMPTY = new Hypothesis(null, -1, 0, 0);

    Hypothesis with(long token, double tokenLogProbability) {
        return new Hypothesis(this, token, length + 1, logProbability + tokenLogProbability);
    }

    /** Its tokens, each once. */
    Set<Long> distinctTokens() {
        Set<Long> tokens = new HashSet<>();
        for (Hypothesis at = this; at.before != null; at = at.before) {
            tokens.add(at.lastToken);
        }
        return tokens;
    }

    /**
     * @param ended whether the last token is the end token
     */
    GeneratedTokens finish(DecodingConfig config, boolean ended) {
        Hypothesis last = ended && before != null ? before : this;
        long[] tokens = new long[last.length];
        Hypothesis at = last;
        for (int i = tokens.length - 1; i >= 0; i--) {
            tokens[i] = at.lastToken;
            at = Objects.requireNonNull(at.before);
        }
        return new GeneratedTokens(tokens, config.score(logProbability, length), ended);
    }
}
