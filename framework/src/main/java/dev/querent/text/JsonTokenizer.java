package dev.querent.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer described by a {@code tokenizer.json}, as published checkpoints bring it, run by DJL's tokenizers. Reads
 * the given file only, never truncates, never pads, and reports nothing to anybody. Lives as long as the process.
 */
public final class JsonTokenizer implements TextTokenizer {

    private final HuggingFaceTokenizer tokenizer;
    private final String json;
    private final Map<String, Long> ids;
    private final int size;

    private JsonTokenizer(HuggingFaceTokenizer tokenizer, String json, Map<String, Long> ids) {
        this.tokenizer = tokenizer;
        this.json = json;
        this.ids = ids;
        size = size(ids);
    }

    /**
     * Reads a tokenizer.
     *
     * @param file a {@code tokenizer.json}
     * @param added special tokens that get the next ids where it doesn't have them
     * @throws IllegalArgumentException where the file is no tokenizer
     */
    public static JsonTokenizer read(Path file, List<String> added) {
        try {
            return parse(Files.readString(file), added);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * A tokenizer from the content of a {@code tokenizer.json}.
     *
     * @param added see {@link #read}
     * @throws IllegalArgumentException where it is no tokenizer
     */
    public static JsonTokenizer parse(String json, List<String> added) {
        JsonNode root = tree(json);
        Map<String, Long> ids = vocabulary(root);
        for (String token : added) {
            if (!ids.containsKey(token)) {
                add(root, token, size(ids));
                ids.put(token, (long) size(ids));
            }
        }
        // DJL calls home once a day unless one of these is set; the library is in the jar, so nothing needs the
        // network.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        Map<String, String> options = Map.of(
                "addSpecialTokens", "true",
                "truncation", "do_not_truncate",
                "padding", "do_not_pad",
                "modelMaxLength", Integer.toString(Integer.MAX_VALUE));
        try {
            String text = root.toString();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return new JsonTokenizer(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options), text, Map.copyOf(ids));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) { // the native side throws nothing more exact
            throw new IllegalArgumentException("expected a tokenizer.json, found " + e.getMessage(), e);
        }
    }

    /** Every token with its id: the model's vocabulary (an object, or a list of token and score) and the added tokens. */
    private static Map<String, Long> vocabulary(JsonNode root) {
        Map<String, Long> ids = new HashMap<>();
        JsonNode vocabulary = root.path("model").path("vocab");
        if (vocabulary.isArray()) {
            for (int id = 0; id < vocabulary.size(); id++) {
                ids.put(vocabulary.get(id).get(0).asString(), (long) id);
            }
        } else {
            vocabulary
                    .properties()
                    .forEach(token -> ids.put(token.getKey(), token.getValue().asLong()));
        }
        root.path("added_tokens")
                .forEach(token -> ids.put(
                        token.path("content").asString(), token.path("id").asLong()));
        return ids;
    }

    private static JsonNode tree(String json) {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "expected a tokenizer.json, found no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static void add(JsonNode root, String token, int id) {
        if (!(root.path("added_tokens") instanceof ArrayNode list)) {
            throw new IllegalArgumentException("expected a tokenizer.json with a list added_tokens");
        }
        list.addObject()
                .put("id", id)
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static int size(Map<String, Long> ids) {
        return 1
                + (int) ids.values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElseThrow(() -> new IllegalArgumentException("the tokenizer has no vocabulary"));
    }

    @Override
    public long[] encode(String text) {
        return encoding(text, true);
    }

    @Override
    public long[] encodePlain(String text) {
        return encoding(text, false);
    }

    private long[] encoding(String text, boolean specialTokens) {
        Encoding encoding = tokenizer.encode(text, specialTokens, false);
        return encoding.getIds();
    }

    @Override
    public String decode(long[] tokens) {
        return tokens.length == 0 ? "" : tokenizer.decode(tokens, true);
    }

    @Override
    public long id(String token) {
        Long id = ids.get(token);
        if (id == null) {
            throw new IllegalArgumentException("the tokenizer has no token \"" + token + "\"");
        }
        return id;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String json() {
        return json;
    }

    @Override
    public JsonTokenizer withToken(String token) {
        return parse(json, List.of(token));
    }

    @Override
    public JsonTokenizer respelt(String token, String spelling) {
        JsonNode root = tree(json);
        for (JsonNode special : root.path("added_tokens")) {
            if (special.path("content").asString().equals(token)) {
                ((ObjectNode) special).put("content", spelling);
            }
        }
        if (root.path("model").path("vocab") instanceof ObjectNode vocabulary && vocabulary.has(token)) {
            vocabulary.set(spelling, vocabulary.remove(token));
        }
        return parse(root.toString(), List.of());
    }
}
