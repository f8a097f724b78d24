package dev.querent.app.talk;

import dev.querent.image.RgbImage;
import java.util.List;

/** A loaded model that writes about images. For one thread. */
public interface ImageTalk extends AutoCloseable {

    /** What a user should know of the weights, in sentences. */
    List<String> notes();

    /**
     * Whether it goes on from a prompt and answers; otherwise it writes captions only.
     */
    boolean talks();

    /**
     * Goes on from a prompt.
     *
     * @param before the chat so far; empty for the first turn, and where it doesn't {@link #talks}
     * @param prompt may be empty, and is where it doesn't talk
     */
    Turn goOn(RgbImage image, List<Turn> before, String prompt);

    /**
     * Answers a question in plain words, put as the model was trained to be asked.
     *
     * @param before as for {@link #goOn}
     */
    Turn answer(RgbImage image, List<Turn> before, String question);

    @Override
    void close();
}
