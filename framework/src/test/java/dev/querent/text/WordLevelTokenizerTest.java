package dev.querent.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordLevelTokenizerTest {

    private static final TokenizerLayout LAYOUT = new TokenizerLayout(
            List.of("<pad>", "<s>", "</s>", "<unk>", "\n"),
            "<pad>",
            "<unk>",
            "<s>",
            "</s>",
            List.of(),
            VocabularyFormat.T5);

    private final JsonTokenizer tokenizer = WordLevelTokenizer.of(
            List.of("a", "Red", "dog", "left", "of", ".", "t-shirt", "s", "'", "schön", "犬", "😀", "a red"), LAYOUT);

    @Test
    void specialTokensComeFirstThenWordsInOrder() {
        assertThat(tokenizer.id("<pad>")).isZero();
        assertThat(tokenizer.id("\n")).isEqualTo(4);
        assertThat(tokenizer.id("a")).isEqualTo(5);
        assertThat(tokenizer.id("red")).isEqualTo(6);
        // a red dog left of . t - shirt s ' schön 犬 😀
        assertThat(tokenizer.size()).isEqualTo(5 + 14);
        assertThatThrownBy(() -> tokenizer.id("cat")).hasMessageContaining("\"cat\"");
    }

    @Test
    void aTextIsWrappedInSpecialTokens() {
        assertThat(tokenizer.encode("A red dog")).containsExactly(1, 5, 6, 7, 2);
        assertThat(tokenizer.encodePlain(" A  red\tdog ")).containsExactly(5, 6, 7);
        assertThat(tokenizer.encode("")).containsExactly(1, 2);
        assertThat(tokenizer.encodePlain("")).isEmpty();
        assertThat(tokenizer.encodePlain("\n")).containsExactly(4);
    }

    @Test
    void unknownWordsBecomeTheUnknownToken() {
        assertThat(tokenizer.encodePlain("a purple dog")).containsExactly(5, 3, 7);
    }

    @Test
    void textComesBack() {
        for (String text : List.of("a red dog left of a dog.", "a t-shirt", "a dog's dog", "schön 犬 😀", "")) {
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        }
        assertThat(tokenizer.decode(new long[0])).isEmpty();
        assertThat(tokenizer.decode(new long[] {0, 0})).isEmpty();
    }

    @Test
    void javaSplitsAsTheTokenizerDoes() {
        String text = "The  dog's T-shirt: 3.5 m, naïve_x café\u00a0犬犬 👩‍🚀 “quoted” (yes)!\n½ e\u0301 Ⅷ";
        List<String> words = WordLevelTokenizer.words(text);
        JsonTokenizer full = WordLevelTokenizer.of(List.of(text), LAYOUT);
        long[] ids = full.encodePlain(text.replace("\n", " "));
        assertThat(ids).hasSize(words.size()).doesNotContain(full.id("<unk>"));
        for (int i = 0; i < ids.length; i++) {
            assertThat(ids[i]).isEqualTo(full.id(words.get(i)));
        }
    }

    @Test
    void aLongTextIsNotCut() {
        String text = "a red dog . ".repeat(2_500);
        assertThat(tokenizer.encodePlain(text)).hasSize(10_000);
    }

    @Test
    void aBatchIsPaddedAndCut() {
        TokenBatch batch = tokenizer.encode(List.of("a red dog left of a dog", "a", ""), 4, 0);
        assertThat(batch.ids()).isDeepEqualTo(new long[][] {{1, 5, 6, 2}, {1, 5, 2, 0}, {1, 2, 0, 0}});
        assertThat(batch.mask()).isDeepEqualTo(new long[][] {{1, 1, 1, 1}, {1, 1, 1, 0}, {1, 1, 0, 0}});
    }
}
