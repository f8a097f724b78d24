package dev.querent.text;

import java.util.List;

/** How a question is put to a language model: the answer follows the prefix. Training and evaluation share it. */
public final class QuestionPrompt {

    /** Words and signs of the prefix, for vocabularies. */
    public static final List<String> WORDS = List.of("question", "answer", ":", "?");

    private QuestionPrompt() {}

    /** The prefix that an answer follows, e.g. {@code question: how many circles are there answer:}. */
    public static String prefix(String question) {
        return prefix(question, "");
    }

    /**
     * A prefix of another wording.
     *
     * @param template whose {@code {}} the question replaces; empty for the usual one
     */
    public static String prefix(String question, String template) {
        String words = CaptionText.question(question);
        return template.isEmpty() ? "question: " + words + " answer:" : template.replace("{}", words);
    }
}
