package dev.querent.task.objective;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.DecoderOnly;
import dev.querent.model.LanguageInput;
import dev.querent.model.TextDecoder;
import dev.querent.random.RunSeed;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenizerLayout;
import dev.querent.text.VocabularyFormat;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WordPromptTest {

    private static final List<String> WORDS = List.of("red", "circle", "left", "blue");
    private static final int WIDTH = 6; // with <pad> and <unk>

    /** Embeds each token as a one at its id. */
    private static final class OneHot implements DecoderOnly {
        private final TextTokenizer tokenizer = WordLevelTokenizer.of(
                WORDS,
                new TokenizerLayout(
                        List.of("<pad>", "<unk>"), "<pad>", "<unk>", "", "", List.of(), VocabularyFormat.BERT));

        @Override
        public NDArray embedTokens(NDManager owner, long[][] ids) {
            float[] values = new float[ids.length * ids[0].length * WIDTH];
            int at = 0;
            for (long[] row : ids) {
                for (long id : row) {
                    values[at + (int) id] = 1;
                    at += WIDTH;
                }
            }
            return owner.create(values, new Shape(ids.length, ids[0].length, WIDTH));
        }

        @Override
        public NDArray loss(LanguageInput input) {
            throw new AssertionError("not asked for");
        }

        @Override
        public long targetTokens(int promptLength, List<String> prefixes, List<String> targets) {
            throw new AssertionError("not asked for");
        }

        @Override
        public TextDecoder decoder(LanguageInput input) {
            throw new AssertionError("not asked for");
        }

        @Override
        public int width() {
            return WIDTH;
        }

        @Override
        public TextTokenizer tokenizer() {
            return tokenizer;
        }

        @Override
        public ParameterSet parameters() {
            throw new AssertionError("not asked for");
        }
    }

    /** The words of each place of each row, as digits of how often each id stands there. */
    private static List<List<String>> prompt(int length, long step, String... contexts) {
        try (NDManager manager = Torch.newManager()) {
            NDArray prompt = new WordPrompt(new OneHot(), new RunSeed(3), length).of(manager, step, List.of(contexts));
            assertThat(prompt.getShape()).isEqualTo(new Shape(contexts.length, length, WIDTH));
            float[] values = prompt.toFloatArray();
            List<List<String>> rows = new ArrayList<>();
            for (int row = 0; row < contexts.length; row++) {
                List<String> places = new ArrayList<>();
                for (int place = 0; place < length; place++) {
                    StringBuilder words = new StringBuilder();
                    for (int id = 0; id < WIDTH; id++) {
                        words.append((int) values[(row * length + place) * WIDTH + id]);
                    }
                    places.add(words.toString());
                }
                rows.add(places);
            }
            return rows;
        }
    }

    private static final String NOTHING = "000000";
    private static final String RED_CIRCLE_LEFT = "001110";
    private static final String BLUE_CIRCLE = "000101";

    @Test
    void eachFactIsOnePlaceInItsOrderAndAllChoicesOfPlacesOccur() {
        Set<List<String>> seen = new HashSet<>();
        for (long step = 0; step < 100; step++) {
            List<String> places =
                    prompt(4, step, "red circle left, blue circle").get(0);
            assertThat(places.stream().filter(place -> !place.equals(NOTHING)))
                    .containsExactly(RED_CIRCLE_LEFT, BLUE_CIRCLE);
            seen.add(places);
        }
        assertThat(seen).hasSize(6);
    }

    @Test
    void theSameStepGivesTheSamePlaces() {
        String[] contexts = {"red circle left, blue circle", "blue circle"};
        assertThat(prompt(5, 7, contexts)).isEqualTo(prompt(5, 7, contexts));
    }

    @Test
    void noFactsAreZerosAndTooManyAreCut() {
        assertThat(prompt(2, 1, "", "red circle left, blue circle, red"))
                .containsExactly(List.of(NOTHING, NOTHING), List.of(RED_CIRCLE_LEFT, BLUE_CIRCLE));
        assertThat(prompt(1, 1, "")).containsExactly(List.of(NOTHING));
    }
}
