package dev.querent.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuestionPromptTest {

    @Test
    void aTemplateTakesTheQuestionWhereItSaysSo() {
        assertThat(QuestionPrompt.prefix("How many?")).isEqualTo("question: how many? answer:");
        assertThat(QuestionPrompt.prefix("How many?", "")).isEqualTo("question: how many? answer:");
        assertThat(QuestionPrompt.prefix("How many?", "Question: {} Short answer:"))
                .isEqualTo("Question: how many? Short answer:");
    }
}
