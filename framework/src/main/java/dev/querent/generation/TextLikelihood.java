package dev.querent.generation;

import dev.querent.model.TextDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How likely a decoder is to write a text.
 *
 * @param sum of the natural logarithms of the tokens' probabilities, end token included
 * @param tokens their number, end token included
 */
public record TextLikelihood(double sum, int tokens) {

    /** The mean over the tokens, in nats. */
    public double perToken() {
        return sum / tokens;
    }

    /**
     * Feeds a text a row.
     *
     * @param decoder at its first token; left behind the longest text, to be closed by the caller
     * @param texts token ids without special tokens, one text for each of the decoder's rows; may be empty
     */
    public static List<TextLikelihood> of(TextDecoder decoder, List<long[]> texts) {
        int longest = texts.stream().mapToInt(text -> text.length).max().orElse(0);
        double[] sums = new double[texts.size()];
        for (int at = 0; at <= longest; at++) {
            LogProbabilities next = LogProbabilities.next(decoder, true);
            long[] tokens = new long[sums.length];
            Arrays.fill(tokens, decoder.endToken());
            for (int row = 0; row < tokens.length; row++) {
                int length = texts.get(row).length;
                if (at < length) {
                    tokens[row] = texts.get(row)[at];
                }
                if (at <= length) {
                    sums[row] += next.of(row, Math.toIntExact(tokens[row]));
                }
            }
            if (at < longest) {
                decoder.feed(tokens);
            }
        }
        List<TextLikelihood> likelihoods = new ArrayList<>();
        for (int row = 0; row < sums.length; row++) {
            likelihoods.add(new TextLikelihood(sums[row], texts.get(row).length + 1));
        }
        return likelihoods;
    }
}
