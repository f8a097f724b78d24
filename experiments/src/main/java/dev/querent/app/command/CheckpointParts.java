package dev.querent.app.command;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.weights.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The plugins that read the parts of a checkpoint folder in Hugging Face's layout: BLIP-2, CLIP or BLIP's captioner. */
final class CheckpointParts {

    /** What config.json calls the precisions; older files have {@code torch_dtype} instead of {@code dtype}. */
    private static final Map<String, Precision> PRECISIONS =
            Map.of("float32", Precision.FP32, "bfloat16", Precision.BF16, "float16", Precision.FP16);

    private static final Map<String, String> LANGUAGE_PLUGINS = Map.of("opt", "opt", "t5", "t5");

    private CheckpointParts() {}

    /** Whether a folder says that it holds a checkpoint. */
    static boolean isCheckpoint(Path folder) {
        return Files.isRegularFile(folder.resolve("config.json"));
    }

    /**
     * The components as an experiment would name them, in the precision that the folder's config.json names. As in transformers
     * a Q-Former stays in fp32 where that is fp16; here it also does for retrieval, where all scores are its own.
     *
     * @throws IllegalArgumentException where the folder holds something else
     */
    static Mapping components(Path folder) {
        JsonNode config = CheckpointConfig.tree(folder, problem -> {
                    throw new IllegalArgumentException(problem);
                })
                .orElseThrow();
        Origin origin = Origin.of(folder.toString());
        String stored = config.path("dtype").asString(config.path("torch_dtype").asString(""));
        Precision precision = PRECISIONS.getOrDefault(stored, Precision.FP32);
        String type = config.path("model_type").asString("");
        Map<String, ConfigNode> parts = switch (type) {
            case "blip-2" -> blip2(folder, config, precision, origin);
            case "clip" -> Map.of("scorer", part("clip", folder, precision, origin));
            case "blip" -> Map.of("captioner", part("blip", folder, precision, origin));
            default ->
                throw new IllegalArgumentException(folder.resolve("config.json")
                        + ": expected model_type \"blip-2\", \"clip\" or \"blip\", found \"" + type + "\"");
        };
        return new Mapping(parts, origin);
    }

    private static Map<String, ConfigNode> blip2(Path folder, JsonNode config, Precision precision, Origin origin) {
        Map<String, ConfigNode> parts = new LinkedHashMap<>();
        parts.put("vision", part("eva-clip-vit", folder, precision, origin));
        boolean retrieval = config.path("architectures")
                .valueStream()
                .anyMatch(name -> name.asString("").equals("Blip2ForImageTextRetrieval"));
        boolean narrow = precision == Precision.BF16 && !retrieval;
        parts.put("bridge", part("q-former", folder, narrow ? Precision.BF16 : Precision.FP32, origin));
        if (!retrieval) {
            String language = config.path("text_config").path("model_type").asString("opt"); // transformers' default
            String plugin = LANGUAGE_PLUGINS.get(language);
            if (plugin == null) {
                throw new IllegalArgumentException(
                        folder.resolve("config.json") + ": text_config.model_type: expected one of "
                                + String.join(", ", LANGUAGE_PLUGINS.keySet()) + ", found \"" + language + "\"");
            }
            parts.put("language", part(plugin, folder, precision, origin));
        }
        return parts;
    }

    private static Mapping part(String plugin, Path folder, Precision precision, Origin origin) {
        Map<String, ConfigNode> settings = new LinkedHashMap<>();
        settings.put("plugin", new Scalar(plugin, false, origin));
        settings.put("checkpoint", new Scalar(folder.toString(), true, origin));
        if (precision != Precision.FP32) {
            settings.put("precision", new Scalar(precision.word(), false, origin));
        }
        return new Mapping(settings, origin);
    }
}
