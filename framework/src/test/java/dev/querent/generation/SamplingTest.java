package dev.querent.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;

class SamplingTest {

    private static final int END = 1;
    private static final float[] SCORES = {0.5f, -1, 2, 1.5f, 0, -3};

    record Case(float[] scores, double temperature, int topK, double topP, double[] probabilities) {}

    @Test
    void probabilitiesAreThoseThatTransformersLeaves() throws IOException {
        try (InputStream fixture = SamplingTest.class.getResourceAsStream("warpers.json")) {
            Case[] cases = new ObjectMapper().readValue(fixture, Case[].class);
            assertThat(cases).hasSize(100);
            for (Case example : cases) {
                for (int i = 0; i < example.scores().length; i++) {
                    example.scores()[i] = example.scores()[i] < -1e29f ? Float.NEGATIVE_INFINITY : example.scores()[i];
                }
                double[] found = new Sampling(example.temperature(), example.topK(), example.topP(), 1)
                        .probabilities(example.scores());
                assertThat(found)
                        .as(example + " " + Arrays.toString(example.scores()))
                        .containsExactly(example.probabilities(), within(1e-6));
            }
        }
    }

    @Test
    void drawsFollowTheProbabilities() {
        Sampling sampling = new Sampling(0.8, 5, 0.95, 1);
        double[] probabilities = sampling.probabilities(SCORES);
        int draws = 20_000;
        int[] counts = new int[SCORES.length];
        for (int draw = 0; draw < draws; draw++) {
            counts[sampling.draw(SCORES, new SplittableRandom(draw * 7919L))]++;
        }
        double chiSquare = 0;
        int kept = 0;
        for (int token = 0; token < counts.length; token++) {
            if (probabilities[token] == 0) {
                assertThat(counts[token]).isZero();
                continue;
            }
            double expected = draws * probabilities[token];
            chiSquare += (counts[token] - expected) * (counts[token] - expected) / expected;
            kept++;
        }
        assertThat(kept).isEqualTo(4);
        assertThat(chiSquare).isLessThan(16.27); // 3 degrees of freedom, one in a thousand
    }

    private static DecodingConfig config(int copies, long seed) {
        return new DecodingConfig(
                1, 1, 2, 8, 1, EarlyStopping.FALSE, copies, Optional.of(new Sampling(1.2, 0, 0.95, seed)));
    }

    private static List<List<Long>> samples(DecodingConfig config, long first, long... starts) {
        try (ToyDecoder decoder = new ToyDecoder(starts, END, text -> {
            SplittableRandom random = new SplittableRandom(text.hashCode());
            float[] scores = new float[9];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) (2 * random.nextDouble());
            }
            return scores;
        })) {
            List<List<Long>> all = new ArrayList<>();
            new Generator(config)
                    .generate(decoder, first)
                    .forEach(texts -> texts.forEach(
                            text -> all.add(Arrays.stream(text.tokens()).boxed().toList())));
            return all;
        }
    }

    @Test
    void samplesDependOnSeedAndPromptAndNotOnTheBatch() {
        List<List<Long>> together = samples(config(3, 1), 0, 2, 3, 4, 5);

        assertThat(together).hasSize(12);
        assertThat(new HashSet<>(together)).hasSizeGreaterThan(8);
        assertThat(together).allMatch(text -> text.size() >= 2);
        assertThat(samples(config(3, 1), 0, 2, 3, 4, 5)).isEqualTo(together);
        List<List<Long>> apart = new ArrayList<>(samples(config(3, 1), 0, 2));
        apart.addAll(samples(config(3, 1), 1, 3, 4));
        apart.addAll(samples(config(3, 1), 3, 5));
        assertThat(apart).isEqualTo(together);
        assertThat(samples(config(3, 2), 0, 2, 3, 4, 5)).isNotEqualTo(together);
        assertThat(samples(config(1, 1), 0, 2, 3, 4, 5))
                .isEqualTo(List.of(together.get(0), together.get(3), together.get(6), together.get(9)));
    }

    @Test
    void severalBeamsGiveTheirBestTexts() {
        DecodingConfig four = new DecodingConfig(4, 1, 0, 6, 1, EarlyStopping.FALSE, 3, Optional.empty());

        List<List<Long>> texts = samples(four, 0, 2, 3);

        assertThat(texts).hasSize(6).doesNotHaveDuplicates();
        assertThat(List.of(texts.get(0), texts.get(3))).isEqualTo(samples(new DecodingConfig(4, 1, 0, 6), 0, 2, 3));
    }

    @Test
    void whatDoesntFitTogetherIsRefused() {
        assertThatThrownBy(() ->
                        new DecodingConfig(5, 1, 1, 30, 1, EarlyStopping.FALSE, 1, Optional.of(Sampling.DEFAULTS)))
                .hasMessage("num-beams: expected 1 with sampling, found 5");
        assertThatThrownBy(() -> new DecodingConfig(2, 1, 1, 30, 1, EarlyStopping.FALSE, 3, Optional.empty()))
                .hasMessage("num-return-sequences: expected at most num-beams (2), found 3");
        assertThatThrownBy(() -> new Sampling(1, 0, 1.5, 1)).hasMessageContaining("top-p");
        float[] nothing = new float[4];
        Arrays.fill(nothing, Float.NaN);
        assertThatThrownBy(() -> Sampling.DEFAULTS.probabilities(nothing))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not numbers");
    }
}
