package dev.querent.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;

/** The same texts and scores as transformers' beam search (fixture: beam-search.json, written by beam-search.py). */
class BeamSearchGoldenTest {

    /** @param score none where text was decoded greedily */
    record Text(long[] tokens, boolean ended, Optional<Double> score) {}

    record Case(
            int seed,
            int beams,
            double penalty,
            double repetition,
            EarlyStopping early,
            int least,
            int most,
            long[] starts,
            float[][] table,
            float[][] places,
            List<Text> texts) {

        float[] scores(List<Long> text) {
            float[] scores = table[Math.toIntExact(text.get(text.size() - 1))].clone();
            for (int i = 0; i < scores.length; i++) {
                scores[i] += places[text.size()][i];
            }
            return scores;
        }
    }

    @Test
    void textsAndScoresAreThoseOfTransformers() throws IOException {
        try (InputStream fixture = BeamSearchGoldenTest.class.getResourceAsStream("beam-search.json")) {
            Case[] cases = new ObjectMapper().readValue(fixture, Case[].class);
            assertThat(cases).hasSize(100);
            Arrays.stream(cases).forEach(BeamSearchGoldenTest::check);
        }
    }

    private static void check(Case example) {
        DecodingConfig config = new DecodingConfig(
                example.beams(),
                example.penalty(),
                example.least(),
                example.most(),
                example.repetition(),
                example.early(),
                1,
                Optional.empty());
        try (ToyDecoder decoder = new ToyDecoder(example.starts(), 1, example::scores)) {
            List<GeneratedTokens> found = new Generator(config).generate(decoder);
            for (int row = 0; row < found.size(); row++) {
                Text expected = example.texts().get(row);
                String name = "seed " + example.seed() + ", row " + row;
                assertThat(found.get(row).tokens()).as(name).isEqualTo(expected.tokens());
                assertThat(found.get(row).ended()).as(name).isEqualTo(expected.ended());
                double score = found.get(row).score();
                // fp32 sums of up to 10 terms there, double here
                expected.score().ifPresent(wanted -> assertThat(score).as(name).isCloseTo(wanted, within(1e-4)));
            }
        }
    }
}
