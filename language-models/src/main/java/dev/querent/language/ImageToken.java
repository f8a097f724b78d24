package dev.querent.language;

import dev.querent.text.TextTokenizer;
import java.util.Optional;

/**
 * The token in whose places {@code transformers} puts an image's soft prompt. Its row of the embeddings is never read, but has to be
 * there.
 */
public final class ImageToken {

    /** As {@code Blip2Processor} spells it. */
    public static final String NAME = "<image>";

    private ImageToken() {}

    /**
     * A tokenizer that has the token behind its own.
     *
     * @param rows of the embeddings
     * @return empty where the embeddings have no row to spare
     */
    public static Optional<TextTokenizer> added(TextTokenizer tokenizer, int rows) {
        TextTokenizer longer = tokenizer.withToken(NAME);
        return longer.id(NAME) < rows ? Optional.of(longer) : Optional.empty();
    }
}
