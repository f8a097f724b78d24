package dev.querent.app.command;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A checkpoint folder's {@code generation_config.json} as settings of decoding. Of its fields those count that decoding has under
 * the same names; {@code max_length} and {@code min_length}, which count the prompt in some models, don't.
 */
final class GenerationConfigFile {

    private static final String NAME = "generation_config.json";
    private static final long MOST_BYTES = 1 << 20;

    private static final List<String> FIELDS = List.of(
            "num_beams",
            "length_penalty",
            "min_new_tokens",
            "max_new_tokens",
            "repetition_penalty",
            "early_stopping",
            "num_return_sequences");

    /** With transformers' own values for what such a file leaves out. */
    private static final Map<String, String> SAMPLING = Map.of("temperature", "1.0", "top_k", "50", "top_p", "1.0");

    private GenerationConfigFile() {}

    /**
     * Reads the file.
     *
     * @return no setting where there is no such file
     * @throws UsageException where it isn't JSON
     */
    static Mapping read(Path folder) {
        Path file = folder.resolve(NAME);
        Map<String, ConfigNode> settings = new LinkedHashMap<>();
        Origin origin = Origin.of(file.toString());
        if (Files.isRegularFile(file)) {
            JsonNode json = json(file);
            for (String field : FIELDS) {
                if (json.hasNonNull(field)) {
                    settings.put(setting(field), new Scalar(json.get(field).asString(""), false, origin));
                }
            }
            if (json.path("do_sample").asBoolean(false)) {
                Map<String, ConfigNode> sampling = new LinkedHashMap<>();
                SAMPLING.forEach((field, otherwise) ->
                        sampling.put(setting(field), new Scalar(json.path(field).asString(otherwise), false, origin)));
                settings.put("sampling", new Mapping(sampling, origin));
                settings.putIfAbsent("num-beams", new Scalar("1", false, origin));
            }
        }
        return new Mapping(settings, origin);
    }

    private static String setting(String field) {
        return field.replace('_', '-');
    }

    private static JsonNode json(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new UsageException(file + " has more than " + MOST_BYTES + " bytes");
            }
            return JsonMapper.shared().readTree(Files.readString(file));
        } catch (JacksonException e) {
            throw new UsageException(file + " is not readable JSON");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
