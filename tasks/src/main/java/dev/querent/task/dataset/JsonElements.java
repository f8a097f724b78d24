package dev.querent.task.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a large JSON file of a known shape an element at a time. Only the element in hand is in memory, and it is bounded.
 */
final class JsonElements {

    /** The key of the elements of a file that is one list. */
    static final String WHOLE = "";

    private static final int MOST_VALUES = 200_000;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxStringLength(1 << 20)
                            .maxNameLength(1 << 12)
                            .build())
                    .build())
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS) // a value is read out of a longer file
            .build();

    private final Path file;
    private final JsonParser parser;
    private int values;

    /** Takes an element. */
    interface Element {
        /**
         * @param name its number in a list, from 0, or its key in a map
         * @throws IllegalArgumentException naming the key that is missing or wrong
         */
        void accept(String name, JsonNode json);
    }

    private JsonElements(Path file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /**
     * Reads a file from front to back.
     *
     * @param elements takes the elements of the list or map of a key of the file's one object, or with {@link #WHOLE} those of the
     *     file itself
     * @param problems hears of elements that are refused
     * @return the file's other keys whose values are texts
     * @throws IllegalArgumentException naming the file and what is wrong, where it is no JSON, is cut short, or has no such key
     */
    static Map<String, String> read(Path file, Map<String, Element> elements, FileProblems problems) {
        return open(file, reader -> {
            if (elements.containsKey(WHOLE)) {
                reader.elements(WHOLE, elements.get(WHOLE), problems);
                return Map.of();
            }
            return reader.keys(elements, problems);
        });
    }

    /** Reads a file, whose first token has been read. */
    private static <R> R open(Path file, Function<JsonElements, R> reading) {
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = MAPPER.createParser(in)) {
            try {
                parser.nextToken();
                return reading.apply(new JsonElements(file, parser));
            } catch (JacksonException e) {
                throw new IllegalArgumentException(
                        file + ": is no JSON or cut short at line "
                                + parser.currentLocation().getLineNr() + ", column "
                                + parser.currentLocation().getColumnNr() + " (" + e.getOriginalMessage() + ")",
                        e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /**
     * Whether a file's one object has a key.
     *
     * @throws IllegalArgumentException where it is no JSON
     */
    static boolean hasKey(Path file, String key) {
        return open(file, reader -> {
            boolean found = false;
            while (!found && reader.parser.nextToken() == JsonToken.PROPERTY_NAME) {
                found = key.equals(reader.parser.currentName());
                reader.parser.nextToken();
                reader.parser.skipChildren();
            }
            return found;
        });
    }

    private Map<String, String> keys(Map<String, Element> elements, FileProblems problems) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException(
                    file + ": expected a map with " + list(elements.keySet()) + ", found " + found());
        }
        Map<String, String> texts = new HashMap<>();
        Set<String> others = new HashSet<>();
        Set<String> missing = new HashSet<>(elements.keySet());
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            Element element = elements.get(key);
            if (element != null) {
                missing.remove(key);
                elements(key, element, problems);
            } else {
                others.add(key);
                if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    texts.put(key, parser.getString());
                }
                parser.skipChildren();
            }
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(file + ": has no " + list(missing) + ", but " + list(others));
        }
        return texts;
    }

    private static String list(Set<String> keys) {
        return keys.isEmpty()
                ? "other key"
                : "\"" + String.join("\", \"", keys.stream().sorted().limit(8).toList()) + "\"";
    }

    private String found() {
        return parser.currentToken() == null
                ? "nothing"
                : String.valueOf(parser.currentToken()).toLowerCase(Locale.ROOT);
    }

    private void elements(String key, Element element, FileProblems problems) {
        boolean isMap = parser.currentToken() == JsonToken.START_OBJECT;
        if (!isMap && parser.currentToken() != JsonToken.START_ARRAY) {
            throw new IllegalArgumentException(file + ": " + key + ": expected a list or map, found " + found());
        }
        JsonToken end = isMap ? JsonToken.END_OBJECT : JsonToken.END_ARRAY;
        int number = 0;
        for (JsonToken token = parser.nextToken(); token != end; token = parser.nextToken(), number++) {
            String name = Integer.toString(number);
            if (isMap) {
                name = parser.currentName();
                parser.nextToken();
            }
            values = 0;
            JsonNode json = value();
            try {
                element.accept(name, json);
            } catch (IllegalArgumentException e) {
                problems.add(file + ": " + key + "[" + name + "]: " + e.getMessage());
            }
        }
    }

    private JsonNode value() {
        if (++values > MOST_VALUES) {
            throw new IllegalArgumentException(file + ": line "
                    + parser.currentLocation().getLineNr() + ": an element of more than " + MOST_VALUES + " values");
        }
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                node.set(name, value());
            }
            return node;
        }
        if (token == JsonToken.START_ARRAY) {
            ArrayNode node = JsonNodeFactory.instance.arrayNode();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                node.add(value());
            }
            return node;
        }
        return MAPPER.readTree(parser);
    }

    /**
     * The text of a key; numbers are taken as they are written.
     *
     * @throws IllegalArgumentException where there is none
     */
    static String required(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if ((!value.isString() && !value.isIntegralNumber()) || value.asString().isBlank()) {
            throw new IllegalArgumentException(
                    key + ": expected text, found " + (value.isMissingNode() ? "nothing" : value.toString()));
        }
        return value.asString();
    }
}
