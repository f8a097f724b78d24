package dev.querent.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A tokenizer described by a {@code tokenizer.json}, run by DJL's tokenizers. Never truncates of itself, never pads, and
 * reports nothing to anybody. Lives as long as the process.
 */
public final class JsonTokenizer implements TextTokenizer {

    /** More ids than any published vocabulary has; a table of embeddings of this size could still be held. */
    private static final int MOST_TOKENS = 4_000_000;

    private final HuggingFaceTokenizer tokenizer;
    private final String json;
    private final Map<String, Long> ids;
    private final int size;
    private final boolean tidies;

    private JsonTokenizer(HuggingFaceTokenizer tokenizer, String json, Map<String, Long> ids, boolean tidies) {
        this.tokenizer = tokenizer;
        this.json = json;
        this.ids = ids;
        this.tidies = tidies;
        size = size(ids);
    }

    /**
     * A tokenizer from the content of a {@code tokenizer.json}.
     *
     * @param added special tokens that get the next ids where it doesn't have them
     * @param tidies whether decoding takes away the spaces that English writes none of, see {@link TidySpaces}
     * @throws IllegalArgumentException where it is no tokenizer
     */
    public static JsonTokenizer parse(String json, List<String> added, boolean tidies) {
        JsonNode root = tree(json);
        root.path("normalizer").findValues("precompiled_charsmap").forEach(map -> Charsmap.check(bytes(map)));
        Map<String, Long> ids = vocabulary(root);
        for (String token : added) {
            if (!ids.containsKey(token)) {
                AddedToken.special(token).write(addedTokens(root), size(ids));
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
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options),
                    text,
                    Map.copyOf(ids),
                    tidies);
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
                put(ids, vocabulary.get(id).path(0), LongNode.valueOf(id));
            }
        } else {
            vocabulary.properties().forEach(token -> put(ids, StringNode.valueOf(token.getKey()), token.getValue()));
        }
        long next = ids.size();
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asString("");
            long expected = ids.getOrDefault(content, next);
            put(ids, token.path("content"), token.path("id"));
            if (token.path("id").longValue() != expected) { // the library numbers them itself, whatever the file says
                throw new IllegalArgumentException("expected the added token \"" + content + "\" with the id "
                        + expected + ", found " + token.path("id"));
            }
            next = Math.max(next, expected + 1);
        }
        return ids;
    }

    private static void put(Map<String, Long> ids, JsonNode token, JsonNode id) {
        if (!token.isString() || !id.isIntegralNumber() || id.longValue() < 0 || id.longValue() >= MOST_TOKENS) {
            throw new IllegalArgumentException(
                    "expected a token and its id from 0 to " + (MOST_TOKENS - 1) + ", found " + token + " and " + id);
        }
        ids.put(token.stringValue(), id.longValue());
    }

    private static byte[] bytes(JsonNode charsmap) {
        try {
            return Base64.getDecoder().decode(charsmap.asString(""));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("precompiled_charsmap: expected base64, found " + e.getMessage(), e);
        }
    }

    private static JsonNode tree(String json) {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "expected a tokenizer.json, found no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static ArrayNode addedTokens(JsonNode root) {
        if (root.path("added_tokens") instanceof ArrayNode list) {
            return list;
        }
        throw new IllegalArgumentException("expected a tokenizer.json with a list added_tokens");
    }

    private static int size(Map<String, Long> ids) {
        return 1
                + (int) ids.values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "expected a tokenizer.json with a vocabulary, found none"));
    }

    @Override
    public long[] encode(String text) {
        return encoding(text, true);
    }

    @Override
    public long[] encodePlain(String text) {
        return encoding(text, false);
    }

    @Override
    public long[] encode(String text, int maxTokens) {
        Encoding encoding = tokenizer.encode(text, true, false);
        long[] ids = encoding.getIds();
        if (ids.length <= maxTokens) {
            return ids;
        }
        int end = 0;
        while (end < maxTokens && encoding.getSpecialTokenMask()[ids.length - 1 - end] == 1) {
            end++;
        }
        long[] cut = Arrays.copyOf(ids, maxTokens);
        System.arraycopy(ids, ids.length - end, cut, maxTokens - end, end);
        return cut;
    }

    private long[] encoding(String text, boolean specialTokens) {
        return tokenizer.encode(text, specialTokens, false).getIds();
    }

    @Override
    public String decode(long[] tokens) {
        if (tokens.length == 0) {
            return "";
        }
        String text = tokenizer.decode(tokens, true);
        return tidies ? TidySpaces.in(text) : text;
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
    public boolean tidies() {
        return tidies;
    }

    @Override
    public String json() {
        return json;
    }

    @Override
    public JsonTokenizer withToken(String token) {
        return parse(json, List.of(token), tidies);
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
        return parse(root.toString(), List.of(), tidies);
    }
}
