package dev.querent.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextLikelihoodTest {

    private static final long END = 2;

    /** Token t follows token p with the score p + t, so that every place has probabilities of its own. */
    private static ToyDecoder decoder(long... starts) {
        return new ToyDecoder(starts, END, tokens -> {
            float last = tokens.get(tokens.size() - 1);
            return new float[] {0, last, 2 * last};
        });
    }

    private static double logProbability(long last, long token) {
        return token * last - Math.log(1 + Math.exp(last) + Math.exp(2.0 * last));
    }

    @Test
    void textsOfDifferentLengthsAreScoredAsIfEachWereAlone() {
        List<long[]> texts = List.of(new long[] {1, 0, 1}, new long[] {}, new long[] {1});
        double[] expected = {
            logProbability(3, 1) + logProbability(1, 0) + logProbability(0, 1) + logProbability(1, END),
            logProbability(1, END),
            logProbability(0, 1) + logProbability(1, END)
        };
        try (ToyDecoder decoder = decoder(3, 1, 0)) {
            List<TextLikelihood> found = TextLikelihood.of(decoder, texts);
            for (int row = 0; row < 3; row++) {
                assertThat(found.get(row).sum()).isCloseTo(expected[row], within(1e-5));
                assertThat(found.get(row).tokens()).isEqualTo(texts.get(row).length + 1);
            }
            assertThat(found.get(0).perToken()).isCloseTo(expected[0] / 4, within(1e-5));
        }
    }
}
