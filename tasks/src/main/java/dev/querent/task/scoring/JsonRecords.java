package dev.querent.task.scoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads large JSON files one record at a time: what isn't asked for is skipped, a key that stands twice in an object is an error,
 * and no record takes more memory than any data set's.
 */
final class JsonRecords implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(1 << 20)
                            .maxNestingDepth(200)
                            .maxNumberLength(400)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path file;
    private final RecordMeter in;
    private final JsonParser parser;

    private JsonRecords(Path file) {
        this.file = file;
        try {
            if (Files.isDirectory(file)) {
                throw new ScoringException(file + ": is a folder; name the JSON file in it");
            }
            in = new RecordMeter(Files.newInputStream(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        parser = JSON.createParser(in);
    }

    /** The objects of a file that is one list. */
    static void list(Path file, Consumer<JsonRecord> visitor) {
        read(file, records -> {
            records.expect(
                    records.parser.nextToken(), JsonToken.START_ARRAY, "a list of objects, [{...}, ...]", "the file");
            records.elements("", visitor);
        });
    }

    /** Whether a file is one list rather than an object. */
    static boolean isList(Path file) {
        List<JsonToken> first = new ArrayList<>();
        read(file, records -> {
            first.add(records.parser.nextToken());
            records.in.setUnlimited(true);
        });
        return first.contains(JsonToken.START_ARRAY);
    }

    /**
     * The objects of those lists of a file that have a visitor; the file is one object.
     *
     * @throws ScoringException also where one of the lists isn't there
     */
    static void lists(Path file, Map<String, Consumer<JsonRecord>> visitors) {
        read(file, records -> {
            Set<String> missing = new HashSet<>(visitors.keySet());
            records.members("an object with " + String.join(" and ", visitors.keySet()), name -> {
                Consumer<JsonRecord> visitor = visitors.get(name);
                if (visitor == null) {
                    records.skip();
                } else {
                    missing.remove(name);
                    records.expect(records.parser.currentToken(), JsonToken.START_ARRAY, "a list of objects", name);
                    records.elements(name + ", ", visitor);
                }
            });
            if (!missing.isEmpty()) {
                throw new ScoringException(
                        file + ": has no " + String.join(" and no ", missing) + "; is it another kind of file?");
            }
        });
    }

    /** The members of a file that is one object of objects. */
    static void entries(Path file, BiConsumer<String, JsonRecord> visitor) {
        read(
                file,
                records -> records.members("an object of objects, {\"id\": {...}, ...}", name -> {
                    records.expect(records.parser.currentToken(), JsonToken.START_OBJECT, "an object", name);
                    visitor.accept(name, records.record("\"" + name + "\""));
                }));
    }

    private static void read(Path file, Consumer<JsonRecords> reading) {
        try (JsonRecords records = new JsonRecords(file)) {
            reading.accept(records);
            if (!records.in.isUnlimited() && records.parser.nextToken() != null) {
                throw new ScoringException(
                        file + ":" + records.line() + ": expected the end of the file, found more JSON");
            }
        } catch (RecordMeter.RecordTooLarge e) {
            throw new ScoringException(
                    file + ": a record has more than " + RecordMeter.LARGEST_RECORD
                            + " bytes; is it another kind of file?",
                    e);
        } catch (JacksonException e) {
            if (e.getCause() instanceof RecordMeter.RecordTooLarge) {
                throw new ScoringException(
                        file + ": a record has more than " + RecordMeter.LARGEST_RECORD
                                + " bytes; is it another kind of file?",
                        e);
            }
            if (e.getCause() instanceof IOException cause) {
                throw new UncheckedIOException("cannot read " + file, cause);
            }
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw new ScoringException(file + ":" + line + ": is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private void members(String expected, Consumer<String> visitor) {
        expect(parser.nextToken(), JsonToken.START_OBJECT, expected, "the file");
        in.restart();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            visitor.accept(name);
            in.restart();
        }
    }

    private void elements(String place, Consumer<JsonRecord> visitor) {
        in.restart();
        int index = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            index++;
            String where = place + "record " + index + " (line " + line() + ")";
            expect(parser.currentToken(), JsonToken.START_OBJECT, "an object", where);
            visitor.accept(record(where));
            in.restart();
        }
    }

    private JsonRecord record(String place) {
        JsonNode node = JSON.readTree(parser);
        return new JsonRecord(file, place, (ObjectNode) node);
    }

    private void skip() {
        in.setUnlimited(true);
        parser.skipChildren();
        in.setUnlimited(false);
    }

    private void expect(JsonToken found, JsonToken wanted, String what, String place) {
        if (found != wanted) {
            throw new ScoringException(file + ": " + place + ": expected " + what + ", found "
                    + (found == null ? "nothing" : kind(found)));
        }
    }

    private static String kind(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            default -> token.asString();
        };
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    @Override
    public void close() {
        parser.close();
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
