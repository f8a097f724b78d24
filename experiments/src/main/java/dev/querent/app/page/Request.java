package dev.querent.app.page;

import dev.querent.app.talk.Turn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a user asks of a model. It comes as one line of JSON and, behind it, the image file as it is.
 *
 * @param run the run's name
 * @param kind how the text is meant
 * @param text the prompt or question; may be empty for a caption
 * @param before the chat so far
 * @param image the file's content
 */
record Request(String run, Kind kind, String text, List<Turn> before, byte[] image) {

    /** Of the image file. */
    static final int MOST_BYTES = 20 << 20;

    private static final int MOST_BYTES_OF_LINE = 1 << 17;
    private static final int LONGEST_TEXT = 500;
    private static final int LONGEST_SAID = 4000;
    private static final int MOST_TURNS = 20;

    /** What a text is. */
    enum Kind {
        /** The beginning of the text that is written. */
        CAPTION,
        /** A question in plain words. */
        QUESTION
    }

    /**
     * Reads a request's body to its end or its bound.
     *
     * @throws RefusedException where it is something else, or more
     */
    static Request read(InputStream in) throws IOException {
        byte[] body = in.readNBytes(MOST_BYTES_OF_LINE + MOST_BYTES + 1);
        int end = lineEnd(body);
        byte[] image = Arrays.copyOfRange(body, end + 1, body.length);
        if (image.length > MOST_BYTES) {
            throw tooLarge();
        }
        if (image.length == 0) {
            throw new RefusedException(400, "no image: choose a file first");
        }
        JsonNode node = json(new String(body, 0, end, StandardCharsets.UTF_8));
        return new Request(
                text(node, "run", LONGEST_TEXT),
                kind(node.path("kind").asString("")),
                text(node, "text", LONGEST_TEXT),
                turns(node.path("before")),
                image);
    }

    /** What a body is refused with that is larger than one may be. */
    static RefusedException tooLarge() {
        return new RefusedException(
                413, "the image has more than " + (MOST_BYTES >> 20) + " MiB: save it smaller, or as JPEG");
    }

    /** Whether a body of this length can't be a request. */
    static boolean isTooLarge(long length) {
        return length > MOST_BYTES_OF_LINE + MOST_BYTES;
    }

    private static int lineEnd(byte[] body) {
        for (int i = 0; i < Math.min(body.length, MOST_BYTES_OF_LINE); i++) {
            if (body[i] == '\n') {
                return i;
            }
        }
        throw new RefusedException(400, "expected a line of JSON and an image file behind it");
    }

    private static JsonNode json(String line) {
        try {
            return JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw new RefusedException(400, "expected a line of JSON in front of the image");
        }
    }

    private static Kind kind(String name) {
        return switch (name) {
            case "caption" -> Kind.CAPTION;
            case "question" -> Kind.QUESTION;
            default -> throw new RefusedException(400, "kind: expected caption or question");
        };
    }

    private static String text(JsonNode node, String key, int longest) {
        String text = node.path(key).asString("");
        if (text.length() > longest) {
            throw new RefusedException(
                    400, key + ": expected at most " + longest + " characters, found " + text.length());
        }
        return text;
    }

    private static List<Turn> turns(JsonNode nodes) {
        if (nodes.size() > MOST_TURNS) {
            throw new RefusedException(400, "a chat goes on for at most " + MOST_TURNS + " turns: begin a new one");
        }
        List<Turn> turns = new ArrayList<>();
        for (JsonNode node : nodes) {
            turns.add(new Turn(text(node, "prompt", LONGEST_SAID), List.of(text(node, "answer", LONGEST_SAID))));
        }
        return turns;
    }
}
