package dev.querent.app.talk;

import java.util.List;

/**
 * A prompt and what follows it.
 *
 * @param texts several where several were asked for; the first is what a chat goes on from
 */
public record Turn(String prompt, List<String> texts) {

    public Turn {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("a turn has a text at least");
        }
    }

    /** What stands before the next prompt of a chat, as in LAVIS's demonstration. */
    public String said() {
        return prompt + " " + texts.get(0) + ". ";
    }
}
