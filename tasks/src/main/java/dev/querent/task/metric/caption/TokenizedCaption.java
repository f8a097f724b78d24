package dev.querent.task.metric.caption;

import java.util.List;

/**
 * A caption and what people said of the same image, all tokenised: tokens with a blank between each two.
 *
 * @param candidate what is scored
 * @param references at least one
 */
public record TokenizedCaption(String candidate, List<String> references) {
    public TokenizedCaption {
        references = List.copyOf(references);
        if (references.isEmpty()) {
            throw new IllegalArgumentException("a caption without references can't be scored");
        }
    }
}
