package dev.querent.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads the files of tokenizers, none of which has a reason to be large. */
final class BoundedFile {

    /** The largest published ones, for a quarter of a million tokens, have some 35 MB. */
    private static final long MOST_BYTES = 50_000_000;

    private BoundedFile() {}

    static byte[] bytes(Path file) {
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new IllegalArgumentException(
                        file + ": expected at most " + MOST_BYTES + " bytes of a tokenizer, found " + size);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": can't be read: " + e.getMessage(), e);
        }
    }

    static String text(Path file) {
        return text(bytes(file), file.toString());
    }

    /** Text in UTF-8; anything else is refused, since replaced characters would be other tokens. */
    static String text(byte[] bytes, String where) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(where + ": expected text in UTF-8", e);
        }
    }

    /** A file with a JSON object. */
    static ObjectNode object(Path file) {
        try {
            JsonNode node = JsonMapper.shared().readTree(text(file));
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new IllegalArgumentException(file + ": expected a JSON object, found another value");
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    file + ": expected a JSON object, found no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
