package dev.querent.language;

import dev.querent.text.JsonTokenizer;
import dev.querent.text.TextTokenizer;
import java.util.List;
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
    public static Optional<JsonTokenizer> added(TextTokenizer tokenizer, int rows) {
        JsonTokenizer longer = JsonTokenizer.parse(tokenizer.json(), List.of(NAME));
        return longer.id(NAME) < rows ? Optional.of(longer) : Optional.empty();
    }
}
