package dev.querent.report;

import java.util.List;

/**
 * What was said of one image, a line of {@code predictions.jsonl}.
 *
 * @param id of the sample
 * @param question what was asked; empty where the image was captioned or searched for
 * @param prediction what the model said
 * @param references what would have been right
 * @param correct whether it counts as right
 * @param picture a small PNG relative to the step's folder; empty for none
 */
public record Prediction(
        String id, String question, String prediction, List<String> references, boolean correct, String picture) {
    public Prediction {
        references = List.copyOf(references);
    }
}
