package dev.querent.data;

import dev.querent.image.RgbImage;
import java.util.List;
import java.util.function.Supplier;

/**
 * One image with what is said about it.
 *
 * @param id unique within its data set, stable between runs; in a benchmark's own data set the image's official id
 * @param group samples that show the same thing share it (the concept of an emoji whatever its vendor); it is no text and
 *     no label, and may equal {@code id}
 * @param image decodes the image; throws {@link dev.querent.image.BadImageException} where it can't
 * @param captions at least one, except where a test split's are kept back
 * @param questions perhaps none
 * @param prompts what a language model reads before it captions or answers
 * @param domain what results of captions are grouped by, e.g. nocaps' {@code near-domain}; perhaps empty
 */
public record Sample(
        String id,
        String group,
        Supplier<RgbImage> image,
        List<String> captions,
        List<Question> questions,
        Prompts prompts,
        String domain) {
    public Sample {
        captions = List.copyOf(captions);
        questions = List.copyOf(questions);
    }

    /** A sample of a data set without prompts and domains. */
    public Sample(String id, String group, Supplier<RgbImage> image, List<String> captions, List<Question> questions) {
        this(id, group, image, captions, questions, Prompts.NONE, "");
    }

    /**
     * What stands before texts in language modelling.
     *
     * @param caption before a caption; perhaps empty
     * @param question a template around a question, which replaces its {@code {}}; empty for the usual one
     */
    public record Prompts(String caption, String question) {
        public static final Prompts NONE = new Prompts("", "");
    }

    /**
     * A question with its answers.
     *
     * @param id the benchmark's own; perhaps empty
     * @param type what results are grouped by, e.g. {@code colour}
     * @param answer the one to be learnt; empty where answers are kept back
     * @param answers as they were typed by those who were asked, one each; none where they are kept back
     */
    public record Question(String id, String type, String text, String answer, List<String> answers) {
        public Question {
            answers = List.copyOf(answers);
        }

        /** A question with one right answer. */
        public Question(String type, String text, String answer) {
            this("", type, text, answer, List.of(answer));
        }
    }
}
