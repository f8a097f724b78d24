package dev.querent.plugin;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.ConfigNode.Sequence;
import dev.querent.config.Origin;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The settings that a checkpoint folder's {@code config.json} decides, found by {@link CheckpointField}. */
public final class CheckpointConfig {

    private static final String FILE = "config.json";
    private static final long MOST_BYTES = 4_000_000;

    private CheckpointConfig() {}

    /**
     * Reads the fields that a record names, or a record inside it; all keys are those of the whole file.
     *
     * @param problem is told why nothing could be read
     * @return the fields that the file has, as they would be written in an experiment; empty where it can't be read
     */
    public static Optional<Mapping> read(Path folder, Class<? extends Record> type, Consumer<String> problem) {
        return tree(folder, problem)
                .map(root -> fields(root, type, Origin.of(folder.resolve(FILE).toString())));
    }

    /**
     * The opposite of {@link #read}: what the fields of a record are in a {@code config.json}.
     *
     * @return values by the first key that each field names, a dot leading into a nested object; without empty optionals
     */
    public static Map<String, Object> values(Record record) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : ConfigRecord.components(record.getClass())) {
            CheckpointField names = component.getAnnotation(CheckpointField.class);
            Object value = ConfigRecord.value(component, record);
            if (value instanceof Record inner) {
                values.putAll(values(inner));
            }
            if (names != null && !value.equals(Optional.empty())) {
                Object plain = value instanceof Optional<?> present ? present.orElseThrow() : value;
                values.put(
                        names.value()[0],
                        plain instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : plain);
            }
        }
        return values;
    }

    /**
     * Reads the whole file.
     *
     * @param problem is told why nothing could be read
     */
    public static Optional<JsonNode> tree(Path folder, Consumer<String> problem) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            problem.accept("expected a checkpoint folder with " + FILE + ", found "
                    + (Files.isDirectory(folder) ? "none in " + folder : "no folder " + folder));
            return Optional.empty();
        }
        return json(file, problem);
    }

    /**
     * Reads another JSON file of a checkpoint folder.
     *
     * @param problem is told why nothing could be read
     */
    public static Optional<JsonNode> json(Path file, Consumer<String> problem) {
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                problem.accept(file + " has " + size + " bytes; expected at most " + MOST_BYTES);
                return Optional.empty();
            }
            return Optional.of(JsonMapper.shared().readTree(Files.readString(file)));
        } catch (IOException | JacksonException e) {
            problem.accept(file + " is not readable JSON: " + firstLine(e));
            return Optional.empty();
        }
    }

    private static Mapping fields(JsonNode root, Class<? extends Record> type, Origin origin) {
        Map<String, ConfigNode> fields = new LinkedHashMap<>();
        for (RecordComponent component : ConfigRecord.components(type)) {
            CheckpointField names = component.getAnnotation(CheckpointField.class);
            if (names != null) {
                find(root, names.value())
                        .map(found -> node(found, origin))
                        .or(() -> otherwise(root, names).map(text -> new Scalar(text, false, origin)))
                        .ifPresent(found -> fields.put(ConfigRecord.key(component), found));
            } else if (component.getType().isRecord()) {
                Class<? extends Record> inner = component.getType().asSubclass(Record.class);
                fields.put(ConfigRecord.key(component), fields(root, inner, origin));
            }
        }
        return new Mapping(fields, origin);
    }

    /** The first name that the file has; a dot leads into a nested object. */
    private static Optional<JsonNode> find(JsonNode root, String[] names) {
        for (String name : names) {
            JsonNode at = root.at("/" + name.replace('.', '/'));
            if (!at.isMissingNode() && !at.isNull()) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> otherwise(JsonNode root, CheckpointField names) {
        String first = "/" + names.value()[0].replace('.', '/');
        boolean described = root.at(first.substring(0, first.lastIndexOf('/'))).isObject();
        return described && !names.otherwise().isEmpty() ? Optional.of(names.otherwise()) : Optional.empty();
    }

    private static ConfigNode node(JsonNode json, Origin origin) {
        if (json.isArray()) {
            return new Sequence(
                    json.valueStream().map(item -> node(item, origin)).toList(), origin);
        }
        if (json.isObject()) {
            Map<String, ConfigNode> entries = new LinkedHashMap<>();
            json.properties().forEach(entry -> entries.put(entry.getKey(), node(entry.getValue(), origin)));
            return new Mapping(entries, origin);
        }
        return new Scalar(json.asString(), json.isString(), origin);
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
