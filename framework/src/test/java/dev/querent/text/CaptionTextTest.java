package dev.querent.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CaptionTextTest {

    @Test
    void captionsLoseCaseAndMostPunctuation() {
        assertThat(CaptionText.caption("A Dog's ball: (red); well-worn, isn't it?  Yes!\n"))
                .isEqualTo("a dog's ball red well-worn, isn't it? yes");
        assertThat(CaptionText.caption("")).isEmpty();
        assertThat(CaptionText.caption("...")).isEmpty();
    }

    @Test
    void questionsKeepTheirMarkAndSpaces() {
        assertThat(CaptionText.question("What's  this (thing)? ")).isEqualTo("what's  this thing?");
        assertThat(QuestionPrompt.prefix("What colour is it")).isEqualTo("question: what colour is it answer:");
    }

    @Test
    void endlessTextsAreCutToFiftyWords() {
        assertThat(CaptionText.caption("word ".repeat(10_000)).split(" ")).hasSize(50);
        assertThat(CaptionText.question("word ".repeat(10_000)).split(" ")).hasSize(50);
        String fifty = "word ".repeat(50).strip();
        assertThat(CaptionText.caption(fifty)).isEqualTo(fifty);
        assertThat(CaptionText.caption("x".repeat(1_000_000))).hasSize(1_000_000);
    }
}
