package dev.querent.task.dataset;

import dev.querent.data.Sample.Question;
import dev.querent.data.TextPair;
import dev.querent.text.QuestionPrompt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** What can be said and asked about emoji. */
final class EmojiText {

    private static final int MOST_KEYWORDS = 4;
    private static final String CATEGORY = "what kind of thing is this";

    /** All concepts, from which wrong categories are drawn in the proportion in which they occur. */
    private final List<EmojiConcept> concepts;

    EmojiText(List<EmojiConcept> concepts) {
        this.concepts = List.copyOf(concepts);
    }

    /**
     * The name, then names with a keyword behind.
     *
     * @param withKeywords how many of the latter, where there are as many keywords
     */
    static List<String> captions(EmojiConcept concept, int withKeywords) {
        List<String> captions = new ArrayList<>(List.of(concept.label()));
        for (String keyword : concept.keywords()) {
            if (captions.size() <= withKeywords
                    && !Arrays.asList(concept.label().split(" ")).contains(keyword)) {
                captions.add(concept.label() + ", " + keyword);
            }
        }
        return captions;
    }

    /** Category, subcategory and a yes-or-no question; half of the latter's answers are yes, for each category. */
    List<Question> questions(EmojiConcept concept, SplittableRandom random) {
        String asked = concept.category();
        boolean yes = random.nextBoolean();
        boolean several = concepts.stream().anyMatch(other -> !other.category().equals(concept.category()));
        while (!yes && several && asked.equals(concept.category())) {
            asked = concepts.get(random.nextInt(concepts.size())).category();
        }
        return List.of(
                new Question("category", CATEGORY, concept.category()),
                new Question("subcategory", "what sort of " + concept.category() + " is this", concept.subcategory()),
                new Question(
                        "is-category", "is this " + article(asked), asked.equals(concept.category()) ? "yes" : "no"));
    }

    private static String article(String noun) {
        if (noun.equals("food") || noun.equals("weather")) {
            return noun;
        }
        return ("aeiou".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
    }

    /**
     * A text about a concept: its words, shuffled, then its name; or its words, a question, the answer.
     *
     * @param caption which of the two
     */
    TextPair text(EmojiConcept concept, boolean caption, SplittableRandom random) {
        String facts = facts(concept, random);
        if (caption) {
            return new TextPair(facts, "", concept.label());
        }
        List<Question> questions = questions(concept, random);
        Question question = questions.get(random.nextInt(questions.size()));
        return new TextPair(facts, QuestionPrompt.prefix(question.text()), question.answer());
    }

    /** The words of the name and a few keywords in random order. */
    private static String facts(EmojiConcept concept, SplittableRandom random) {
        Set<String> facts = new LinkedHashSet<>(Arrays.asList(concept.label().split(" ")));
        List<String> keywords = shuffled(concept.keywords(), random);
        facts.addAll(keywords.subList(0, Math.min(keywords.size(), random.nextInt(MOST_KEYWORDS + 1))));
        return String.join(", ", shuffled(List.copyOf(facts), random));
    }

    /** Every word of captions, questions, answers and texts. */
    List<String> words() {
        Set<String> words = new LinkedHashSet<>(Arrays.asList(CATEGORY.split(" ")));
        words.addAll(List.of("sort", "of", "a", "an", "yes", "no", ","));
        words.addAll(QuestionPrompt.WORDS);
        for (EmojiConcept concept : concepts) {
            words.addAll(Arrays.asList(concept.label().split(" ")));
            words.addAll(concept.keywords());
            words.addAll(Arrays.asList(concept.category().split(" ")));
            words.addAll(Arrays.asList(concept.subcategory().split(" ")));
        }
        return List.copyOf(words);
    }

    static <T> List<T> shuffled(List<T> values, SplittableRandom random) {
        List<T> shuffled = new ArrayList<>(values);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            Collections.swap(shuffled, i, random.nextInt(i + 1));
        }
        return shuffled;
    }
}
