package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.file.AtomicFile;
import dev.querent.image.Preprocessing;
import dev.querent.model.Publishable;
import dev.querent.model.PublishedPart;
import dev.querent.nn.Tensors;
import dev.querent.torch.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A BLIP-2 checkpoint folder in Hugging Face's layout:
 *
 * <pre>
 *   config.json               sizes of all parts         generation_config.json  token ids, where there is a language model
 *   model.safetensors         or shards and their index  preprocessor_config.json, processor_config.json  images and prompts
 *   tokenizer.json, tokenizer_config.json
 * </pre>
 */
final class BlipCheckpoint {

    /** Of one weight file; {@code transformers} 4's. */
    private static final long SHARD_BYTES = 5_000_000_000L;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final int BICUBIC = 3; // of PIL

    /**
     * LAVIS trains with 1e-6 in its encoders and 1e-5 in the norm behind them; the published conversions have the first for
     * both.
     */
    private static final String SHARED_EPSILON = "vision_config.layer_norm_eps";

    private final Map<String, Object> config = new TreeMap<>();
    private final Map<String, NDArray> tensors = new LinkedHashMap<>();
    private final PublishedPart.Tokenizer tokenizer;
    private final boolean writes;
    private String departures = "";

    private BlipCheckpoint(PublishedPart.Tokenizer tokenizer, boolean writes) {
        this.tokenizer = tokenizer;
        this.writes = writes;
    }

    /**
     * Writes a model.
     *
     * @param folder new or empty
     * @return what has been written, in words
     * @throws UsageException with every reason why the layout can't hold the model
     */
    static String export(ModelFolder model, Path folder) {
        try (NDManager manager = Torch.newManager()) {
            BlipCheckpoint checkpoint = of(parts(model, manager));
            checkpoint.write(folder);
            return checkpoint.architecture() + ", " + checkpoint.tensors.size() + " tensors" + checkpoint.departures;
        }
    }

    /** The parts by role. */
    private static Map<String, PublishedPart> parts(ModelFolder model, NDManager manager) {
        Map<String, Publishable> parts = new LinkedHashMap<>();
        parts.put("vision", model.vision(manager));
        parts.put("bridge", model.bridge(manager));
        if (model.components().containsKey("language")) {
            parts.put("language", model.language(manager));
        }
        Map<String, PublishedPart> published = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        parts.forEach((role, part) -> {
            try {
                published.put(role, part.published());
            } catch (IllegalArgumentException e) {
                problems.add(role + " can't be exported: " + e.getMessage());
            }
        });
        if (!problems.isEmpty()) {
            throw new UsageException(String.join(System.lineSeparator(), problems));
        }
        return published;
    }

    /** Puts a checkpoint together; without {@code language} it is one for retrieval. */
    private static BlipCheckpoint of(Map<String, PublishedPart> parts) {
        boolean writes = parts.containsKey("language");
        PublishedPart.Tokenizer tokenizer = parts.values().stream()
                .flatMap(part -> part.tokenizer().stream())
                .findFirst()
                .orElseThrow(() -> new UsageException(
                        "there is nothing to export: the bridge has neither text path nor a language model behind it"));
        BlipCheckpoint checkpoint = new BlipCheckpoint(tokenizer, writes);
        checkpoint.config.put("model_type", "blip-2");
        checkpoint.config.put("architectures", List.of(checkpoint.architecture()));
        Map<String, String> owners = new LinkedHashMap<>();
        parts.forEach((role, part) -> {
            part.config().forEach((key, value) -> checkpoint.put(key, value, role, owners));
            part.tensors().forEach((name, tensor) -> checkpoint.tensors.put(name, Tensors.fp32(tensor)));
        });
        return checkpoint;
    }

    private void put(String key, Object value, String role, Map<String, String> owners) {
        Optional<Object> before = Optional.ofNullable(config.put(key, value));
        Optional<String> owner = Optional.ofNullable(owners.put(key, role));
        if (before.isPresent() && !before.get().equals(value)) {
            if (key.equals(SHARED_EPSILON)) {
                config.put(key, before.get());
                departures = ", but for " + role + ".vision-epsilon: " + before.get() + " instead of " + value
                        + ", as the layout has one for the encoder and the norm behind it";
                return;
            }
            throw new UsageException(
                    "the run can't be exported: the layout has one " + key + ", but " + owner.orElse("config") + " has "
                            + before.get() + " and " + role + " has " + value + "; train with equal ones");
        }
    }

    /** The class of {@code transformers} that it is for. */
    private String architecture() {
        return writes ? "Blip2ForConditionalGeneration" : "Blip2ForImageTextRetrieval";
    }

    /** Writes the folder beside its final name and renames it, so that it is there whole or not at all. */
    private void write(Path folder) {
        Path target = folder.toAbsolutePath().normalize();
        Path unfinished = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            deleteFolder(unfinished);
            Files.createDirectories(unfinished);
            new WeightShards(tensors, SHARD_BYTES).write(unfinished);
            write(unfinished.resolve("config.json"), nested(config));
            write(unfinished.resolve("tokenizer_config.json"), tokenizerConfig());
            write(unfinished.resolve("preprocessor_config.json"), imageConfig());
            write(unfinished.resolve("processor_config.json"), processorConfig());
            AtomicFile.write(unfinished.resolve("tokenizer.json"), tokenizer.json());
            if (writes) {
                write(unfinished.resolve("generation_config.json"), generationConfig());
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder + ": " + e.getMessage(), e);
        }
    }

    /** What an export that was killed has left behind: a folder of files. */
    private static void deleteFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static void write(Path file, ObjectNode content) {
        AtomicFile.write(file, JSON.writeValueAsString(content) + "\n");
    }

    /** Keys with dots as nested objects. */
    private static ObjectNode nested(Map<String, Object> values) {
        ObjectNode root = JSON.createObjectNode();
        values.forEach((key, value) -> {
            int dot = key.indexOf('.');
            ObjectNode owner = dot < 0 ? root : root.withObject("/" + key.substring(0, dot));
            owner.set(key.substring(dot + 1), JSON.valueToTree(value));
        });
        return root;
    }

    private ObjectNode tokenizerConfig() {
        ObjectNode root = JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("clean_up_tokenization_spaces", tokenizer.tidies());
        new TreeMap<>(tokenizer.settings()).forEach(root::put);
        return root;
    }

    private ObjectNode imageConfig() {
        ObjectNode root = JSON.createObjectNode()
                .put("image_processor_type", "BlipImageProcessor")
                .put("processor_class", "Blip2Processor")
                .put("do_convert_rgb", true)
                .put("do_resize", true)
                .put("resample", BICUBIC)
                .put("do_rescale", true)
                .put("rescale_factor", 1 / 255.0)
                .put("do_normalize", true);
        root.set("image_mean", JSON.valueToTree(Preprocessing.BLIP.mean()));
        root.set("image_std", JSON.valueToTree(Preprocessing.BLIP.deviation()));
        Object side = config.get("vision_config.image_size");
        root.set("size", JSON.valueToTree(new TreeMap<>(Map.of("height", side, "width", side))));
        return root;
    }

    /** With a number of query tokens the processor puts as many image tokens before a prompt; retrieval has no place for them. */
    private ObjectNode processorConfig() {
        ObjectNode root = JSON.createObjectNode().put("processor_class", "Blip2Processor");
        return writes ? root.set("num_query_tokens", JSON.valueToTree(config.get("num_query_tokens"))) : root;
    }

    private ObjectNode generationConfig() {
        ObjectNode root = JSON.createObjectNode();
        config.forEach((key, value) -> {
            if (key.startsWith("text_config.") && key.endsWith("_token_id")) {
                root.set(key.substring("text_config.".length()), JSON.valueToTree(value));
            }
        });
        return root;
    }
}
