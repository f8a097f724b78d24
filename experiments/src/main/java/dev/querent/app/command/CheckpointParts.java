package dev.querent.app.command;

import dev.querent.config.ConfigNode;
import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import dev.querent.config.Origin;
import dev.querent.plugin.CheckpointConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The plugins that read the parts of a BLIP-2 checkpoint folder in Hugging Face's layout. */
final class CheckpointParts {

    private static final Map<String, String> LANGUAGE_PLUGINS = Map.of("opt", "opt", "t5", "t5");

    private CheckpointParts() {}

    /** Whether a folder says that it holds a checkpoint. */
    static boolean isCheckpoint(Path folder) {
        return Files.isRegularFile(folder.resolve("config.json"));
    }

    /**
     * The components as an experiment would name them.
     *
     * @throws IllegalArgumentException where the folder holds something else
     */
    static Mapping components(Path folder) {
        JsonNode config = CheckpointConfig.tree(folder, problem -> {
                    throw new IllegalArgumentException(problem);
                })
                .orElseThrow();
        String type = config.path("model_type").asString("");
        if (!type.equals("blip-2")) {
            throw new IllegalArgumentException(
                    folder.resolve("config.json") + ": expected model_type \"blip-2\", found \"" + type + "\"");
        }
        Origin origin = Origin.of(folder.toString());
        Map<String, ConfigNode> parts = new LinkedHashMap<>();
        parts.put("vision", part("eva-clip-vit", folder, origin));
        parts.put("bridge", part("q-former", folder, origin));
        boolean retrieval = config.path("architectures")
                .valueStream()
                .anyMatch(name -> name.asString("").equals("Blip2ForImageTextRetrieval"));
        if (!retrieval) {
            String language = config.path("text_config").path("model_type").asString("opt"); // transformers' default
            String plugin = LANGUAGE_PLUGINS.get(language);
            if (plugin == null) {
                throw new IllegalArgumentException(
                        folder.resolve("config.json") + ": text_config.model_type: expected one of "
                                + String.join(", ", LANGUAGE_PLUGINS.keySet()) + ", found \"" + language + "\"");
            }
            parts.put("language", part(plugin, folder, origin));
        }
        return new Mapping(parts, origin);
    }

    private static Mapping part(String plugin, Path folder, Origin origin) {
        return new Mapping(
                Map.of(
                        "plugin", new Scalar(plugin, false, origin),
                        "checkpoint", new Scalar(folder.toString(), true, origin)),
                origin);
    }
}
