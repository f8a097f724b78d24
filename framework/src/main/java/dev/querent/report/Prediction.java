package dev.querent.report;

import java.util.List;
import java.util.Objects;

/**
 * What was said of one image, a line of {@code predictions.jsonl}.
 *
 * @param id of the sample
 * @param question what was asked; empty where the image was captioned or searched for
 * @param prediction what the model said
 * @param references what would have been right
 * @param correct whether it counts as right
 * @param picture a small PNG relative to the step's folder; empty for none
 * @param score how near to right it is, from 0 to 1; the worst failures of a report are those of the lowest
 */
public record Prediction(
        String id,
        String question,
        String prediction,
        List<String> references,
        boolean correct,
        String picture,
        double score) {
    public Prediction {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(question, "question");
        Objects.requireNonNull(prediction, "prediction");
        Objects.requireNonNull(picture, "picture");
        references = List.copyOf(references);
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("a score of " + score + "; expected one from 0 to 1");
        }
    }

    /** Scored as right or wrong. */
    public Prediction(
            String id, String question, String prediction, List<String> references, boolean correct, String picture) {
        this(id, question, prediction, references, correct, picture, correct ? 1 : 0);
    }

    /** The same with a score. */
    public Prediction scored(double nearness) {
        return new Prediction(id, question, prediction, references, correct, picture, nearness);
    }

    /** The same with a picture. */
    public Prediction pictured(String file) {
        return new Prediction(id, question, prediction, references, correct, file, score);
    }
}
