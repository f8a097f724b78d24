package dev.querent.text;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A token that is found in a text before anything else, as {@code tokenizer.json} describes it.
 *
 * @param content what is found
 * @param singleWord whether it is found between word boundaries only
 * @param leftStrip whether spaces before it belong to it
 * @param rightStrip whether spaces behind it belong to it
 * @param normalized whether it is looked for in the normalised text
 * @param special whether decoding leaves it out
 */
record AddedToken(
        String content,
        boolean singleWord,
        boolean leftStrip,
        boolean rightStrip,
        boolean normalized,
        boolean special) {

    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    /** A token as Hugging Face's files write it: its text alone, or an object. */
    static AddedToken of(JsonNode written, boolean special) {
        if (written.isString()) {
            return new AddedToken(written.stringValue(), false, false, false, !special, special);
        }
        String content =
                written.path("content").isString() ? written.path("content").stringValue() : "";
        if (content.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a token, as text or as an object with content, found " + written);
        }
        return new AddedToken(
                content,
                written.path("single_word").asBoolean(false),
                written.path("lstrip").asBoolean(false),
                written.path("rstrip").asBoolean(false),
                written.path("normalized").asBoolean(!special),
                special || written.path("special").asBoolean(false));
    }

    /** Writes it into a list {@code added_tokens}. */
    void write(ArrayNode list, long id) {
        ObjectNode node = list.addObject();
        node.put("id", id)
                .put("content", content)
                .put("single_word", singleWord)
                .put("lstrip", leftStrip)
                .put("rstrip", rightStrip)
                .put("normalized", normalized)
                .put("special", special);
    }
}
