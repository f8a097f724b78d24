package dev.querent.task.scoring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One object of a file, with its place for error messages. */
final class JsonRecord {

    /** More than any caption or answer has; comparing two texts takes time with the product of their lengths. */
    static final int LONGEST_TEXT = 1 << 16;

    private static final int MOST_KEYS_SHOWN = 12;

    private final Path file;
    private final String place;
    private final ObjectNode node;

    JsonRecord(Path file, String place, ObjectNode node) {
        this.file = file;
        this.place = place;
        this.node = node;
    }

    /** A whole number or a text: 17 and "17" are the same. */
    String id(String key) {
        JsonNode value = present(key);
        if (value.isIntegralNumber()) {
            return value.asString();
        }
        if (value.isString() && !value.stringValue().isEmpty()) {
            return limited(key, value.stringValue());
        }
        throw problem(key + ": expected an id (a whole number or a text), found " + shown(value));
    }

    String text(String key) {
        JsonNode value = present(key);
        if (!value.isString()) {
            throw problem(key + ": expected a text, found " + shown(value));
        }
        return limited(key, value.stringValue());
    }

    private String limited(String key, String text) {
        if (text.length() > LONGEST_TEXT) {
            throw problem(key + ": has " + text.length() + " characters; expected at most " + LONGEST_TEXT);
        }
        return text;
    }

    /** The text; nothing where the key is absent or null. */
    Optional<String> optionalText(String key) {
        return has(key) ? Optional.of(text(key)) : Optional.empty();
    }

    boolean has(String key) {
        return node.hasNonNull(key);
    }

    boolean flag(String key) {
        JsonNode value = present(key);
        if (!value.isBoolean()) {
            throw problem(key + ": expected true or false, found " + shown(value));
        }
        return value.booleanValue();
    }

    /** An object inside this one. */
    JsonRecord object(String key) {
        if (present(key) instanceof ObjectNode inner) {
            return new JsonRecord(file, place + ", " + key, inner);
        }
        throw problem(key + ": expected an object, found " + shown(present(key)));
    }

    /** The objects of a list inside this one. */
    List<JsonRecord> objects(String key) {
        List<JsonRecord> objects = new ArrayList<>();
        for (JsonNode element : list(key)) {
            String where = place + ", " + key + "[" + objects.size() + "]";
            if (!(element instanceof ObjectNode inner)) {
                throw new ScoringException(file + ": " + where + ": expected an object, found " + shown(element));
            }
            objects.add(new JsonRecord(file, where, inner));
        }
        return objects;
    }

    /** The texts of a list. */
    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : list(key)) {
            if (!element.isString()) {
                throw problem(key + ": expected texts, found " + shown(element) + " among them");
            }
            texts.add(limited(key, element.stringValue()));
        }
        return texts;
    }

    /** The ids of a list, as {@link #id} gives them. */
    List<String> ids(String key) {
        List<String> ids = new ArrayList<>();
        for (JsonNode element : list(key)) {
            if (!element.isIntegralNumber() && !element.isString()) {
                throw problem(key + ": expected ids, found " + shown(element) + " among them");
            }
            ids.add(limited(key, element.asString()));
        }
        return ids;
    }

    private JsonNode list(String key) {
        JsonNode value = present(key);
        if (!value.isArray()) {
            throw problem(key + ": expected a list, found " + shown(value));
        }
        return value;
    }

    private JsonNode present(String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            throw problem("has no " + key + "; its keys are "
                    + String.join(
                            ", ",
                            node.propertyNames().stream().limit(MOST_KEYS_SHOWN).toList()));
        }
        return value;
    }

    /** What is wrong with this record, as an exception to throw. */
    ScoringException problem(String what) {
        return new ScoringException(file + ": " + place + ": " + what);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
