package dev.querent.task.metric.caption;

import java.util.List;

/** Makes texts comparable word by word. */
@FunctionalInterface
public interface CaptionTokenizer {

    /**
     * Tokenises texts.
     *
     * @return for each text its tokens with a blank between each two; the empty text for one without tokens
     */
    List<String> tokenize(List<String> texts);
}
