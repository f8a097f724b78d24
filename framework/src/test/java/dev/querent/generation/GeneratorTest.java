package dev.querent.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class GeneratorTest {

    private static final int END = 0;

    private static DecodingConfig config(int beams, double penalty, int least, int most) {
        return new DecodingConfig(beams, penalty, least, most);
    }

    /** Random scores that depend on the whole text so far. */
    private static Function<List<Long>, float[]> random(long seed, int vocabulary) {
        return text -> {
            SplittableRandom random = new SplittableRandom(seed * 31 + text.hashCode());
            float[] scores = new float[vocabulary];
            for (int i = 0; i < vocabulary; i++) {
                scores[i] = (float) (random.nextDouble() * 6 - 3);
            }
            return scores;
        };
    }

    private static List<GeneratedTokens> generate(DecodingConfig config, ToyDecoder decoder) {
        try (decoder) {
            return new Generator(config).generate(decoder);
        }
    }

    private static List<GeneratedTokens> everyText(
            DecodingConfig config, Function<List<Long>, float[]> scores, List<Long> text, double logProbability) {
        int length = text.size() - 1;
        float[] values = scores.apply(text);
        double total = 0;
        for (float value : values) {
            total += Math.exp(value);
        }
        List<GeneratedTokens> all = new ArrayList<>();
        for (int token = 0; token < values.length; token++) {
            double sum = logProbability + values[token] - Math.log(total);
            boolean ended = token == END;
            if (ended && length < config.minNewTokens()) {
                continue;
            }
            List<Long> longer = new ArrayList<>(text);
            longer.add((long) token);
            if (ended || length + 1 == config.maxNewTokens()) {
                long[] tokens = longer.subList(1, ended ? longer.size() - 1 : longer.size()).stream()
                        .mapToLong(Long::longValue)
                        .toArray();
                all.add(new GeneratedTokens(tokens, sum / Math.pow(length + 1, config.lengthPenalty()), ended));
            } else {
                all.addAll(everyText(config, scores, longer, sum));
            }
        }
        return all;
    }

    @Test
    void enoughBeamsFindWhatAnExhaustiveSearchFinds() {
        for (int seed = 0; seed < 12; seed++) {
            double penalty = new double[] {1, 0, -1, 0.6}[seed % 4];
            DecodingConfig config = config(300, penalty, seed % 3, 4); // 4 tokens, length 4: fewer than 300 texts
            Function<List<Long>, float[]> scores = random(seed, 4);
            List<GeneratedTokens> found = generate(config, new ToyDecoder(new long[] {1, 2}, END, scores));
            for (int row = 0; row < 2; row++) {
                GeneratedTokens best = everyText(config, scores, List.of(row + 1L), 0).stream()
                        .max(Comparator.comparingDouble(GeneratedTokens::score))
                        .orElseThrow();
                assertThat(found.get(row).tokens()).as("seed " + seed).isEqualTo(best.tokens());
                assertThat(found.get(row).score()).isCloseTo(best.score(), within(1e-5));
                assertThat(found.get(row).ended()).isEqualTo(best.ended());
            }
        }
    }

    @Test
    void aRowsTextDoesNotDependOnTheRowsBesideIt() {
        for (int beams : new int[] {1, 2, 3}) {
            DecodingConfig config = config(beams, 1, 1, 9);
            Function<List<Long>, float[]> scores = random(5, 6);
            long[] starts = {1, 2, 3, 4, 5, 1};
            List<GeneratedTokens> together = generate(config, new ToyDecoder(starts, END, scores));
            for (int row = 0; row < starts.length; row++) {
                GeneratedTokens alone = generate(config, new ToyDecoder(new long[] {starts[row]}, END, scores))
                        .get(0);
                assertThat(together.get(row).tokens()).isEqualTo(alone.tokens());
                assertThat(together.get(row).score()).isEqualTo(alone.score());
            }
            assertThat(together.stream().map(t -> t.tokens().length).distinct().count())
                    .as("the example should have rows that finish at different times")
                    .isGreaterThan(1);
        }
    }

    @Test
    void greedyTakesTheLikeliestTokenAndTheLowestIdOfATie() {
        // 2, then 3, then the end, whatever the start; at every place a higher id ties
        float[][] places = {{0, 1, 5, 5}, {0, 1, 2, 5}, {5, 1, 5, 5}};
        ToyDecoder decoder = new ToyDecoder(new long[] {9}, END, text -> places[text.size() - 1]);
        GeneratedTokens text = generate(config(1, 0, 0, 7), decoder).get(0);
        assertThat(text.tokens()).containsExactly(2, 3);
        assertThat(text.ended()).isTrue();
        double expected = logProbability(places[0], 2) + logProbability(places[1], 3) + logProbability(places[2], 0);
        assertThat(text.score()).isCloseTo(expected, within(1e-5));
    }

    private static double logProbability(float[] scores, int token) {
        double total = 0;
        for (float score : scores) {
            total += Math.exp(score);
        }
        return scores[token] - Math.log(total);
    }

    @Test
    void tiedBeamsGoToTheBetterBeamThenToTheLowerId() {
        ToyDecoder decoder = new ToyDecoder(new long[] {9}, END, text -> new float[] {-50, 1, 1, 1, 1});
        GeneratedTokens text = generate(config(3, 1, 0, 3), decoder).get(0);
        assertThat(text.tokens()).containsExactly(1, 1, 1);
        assertThat(text.ended()).isFalse();
    }

    @Test
    void noTextIsShorterOrLongerThanAllowed() {
        for (int beams = 1; beams < 4; beams++) {
            for (int least = 0; least <= 4; least++) {
                ToyDecoder eager = new ToyDecoder(new long[] {1, 2}, END, text -> new float[] {9, 1, 0, 0});
                for (GeneratedTokens text : generate(config(beams, 1, least, 4), eager)) {
                    assertThat(text.tokens().length).isEqualTo(least);
                    assertThat(text.ended()).isEqualTo(least < 4);
                }
                ToyDecoder endless = new ToyDecoder(new long[] {1}, END, text -> new float[] {-60, 1, 0, 0});
                assertThat(generate(config(beams, 1, least, 4), endless).get(0).tokens())
                        .hasSize(4);
            }
        }
    }

    @Test
    void finishedRowsLeaveTheDecoder() {
        // start 1 ends at once, start 2 after three tokens
        Function<List<Long>, float[]> scores =
                text -> text.get(0) == 1 || text.size() == 4 ? new float[] {40, 0, 1} : new float[] {-40, 0, 1};
        ToyDecoder decoder = new ToyDecoder(new long[] {1, 2, 1}, END, scores);
        List<GeneratedTokens> texts = generate(config(1, 1, 0, 9), decoder);
        assertThat(decoder.rowsAsked).containsExactly(3, 1, 1, 1);
        assertThat(texts.get(0).tokens()).isEmpty();
        assertThat(texts.get(1).tokens()).containsExactly(2, 2, 2);
        assertThat(decoder.closed).isTrue();
    }

    @Test
    void nothingIsLeftBehindInTheDecodersMemory() {
        for (int beams : new int[] {1, 4}) {
            try (ToyDecoder decoder = new ToyDecoder(new long[] {1, 2, 3}, END, random(3, 7))) {
                new Generator(config(beams, 1, 8, 12)).generate(decoder);
                assertThat(decoder.rowsAsked).hasSizeGreaterThan(8);
                assertThat(decoder.liveTensors()).isEqualTo(1); // the last logits
            }
        }
    }

    @Test
    void scoresThatAreNotNumbersAreNamed() {
        for (int beams : new int[] {1, 2}) {
            ToyDecoder broken = new ToyDecoder(new long[] {1}, END, text -> new float[] {Float.NaN, Float.NaN});
            assertThatThrownBy(() -> generate(config(beams, 1, 0, 3), broken)).hasMessageContaining("not numbers");
        }
    }

    @Test
    void anEmptyBatchGivesNoTexts() {
        assertThat(generate(DecodingConfig.DEFAULTS, new ToyDecoder(new long[0], END, random(1, 3))))
                .isEmpty();
    }

    @Test
    void impossibleSettingsAreRefusedWithTheirName() {
        assertThatThrownBy(() -> config(0, 1, 0, 1)).hasMessageContaining("num-beams");
        assertThatThrownBy(() -> config(1, 1, 5, 4)).hasMessageContaining("min-new-tokens");
        assertThatThrownBy(() -> config(1, 1, 0, 0)).hasMessageContaining("max-new-tokens");
        assertThatThrownBy(() -> config(1, Double.NaN, 0, 1)).hasMessageContaining("length-penalty");
    }

    @Test
    void moreBeamsNeverFindAWorseTextThanAllTextsHold() {
        Function<List<Long>, float[]> scores = random(11, 4);
        DecodingConfig config = config(2, 0, 0, 5);
        double best = everyText(config, scores, List.of(1L), 0).stream()
                .mapToDouble(GeneratedTokens::score)
                .max()
                .orElseThrow();
        GeneratedTokens found =
                generate(config, new ToyDecoder(new long[] {1}, END, scores)).get(0);
        assertThat(found.score()).isLessThanOrEqualTo(best + 1e-5);
        assertThat(Arrays.stream(found.tokens()).noneMatch(token -> token == END))
                .isTrue();
    }
}
