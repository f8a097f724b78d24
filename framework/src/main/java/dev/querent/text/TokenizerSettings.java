package dev.querent.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * What lies beside a vocabulary: {@code tokenizer_config.json}, {@code special_tokens_map.json} for tokens that it
 * doesn't name, and {@code added_tokens.json}. Each may be missing.
 */
final class TokenizerSettings {

    private static final String CONFIG = "tokenizer_config.json";
    private static final String TOKENS = "special_tokens_map.json";
    private static final String ADDED = "added_tokens.json";
    private static final String DECODER = "added_tokens_decoder";
    private static final String EXTRA = "additional_special_tokens";

    private final Path folder;
    private final ObjectNode config;
    private final ObjectNode tokens;

    private TokenizerSettings(Path folder) {
        this.folder = folder;
        config = object(folder.resolve(CONFIG));
        tokens = object(folder.resolve(TOKENS));
    }

    /** The settings beside a file. */
    static TokenizerSettings beside(Path file) {
        return new TokenizerSettings(Optional.ofNullable(file.toAbsolutePath().getParent())
                .orElseThrow(() -> new IllegalArgumentException(file + ": expected a file")));
    }

    private static ObjectNode object(Path file) {
        return Files.exists(file)
                ? BoundedFile.object(file)
                : JsonMapper.shared().createObjectNode();
    }

    boolean flag(String key, boolean otherwise) {
        return flag(key).orElse(otherwise);
    }

    /** Empty where the key is missing or null. */
    Optional<Boolean> flag(String key) {
        JsonNode value = config.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw wrong(CONFIG, key, "true or false", value);
        }
        return Optional.of(value.booleanValue());
    }

    int number(String key, int otherwise, int most) {
        JsonNode value = config.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0 || value.intValue() > most) {
            throw wrong(CONFIG, key, "a whole number from 0 to " + most, value);
        }
        return value.intValue();
    }

    /** A special token, such as {@code bos_token}. */
    AddedToken token(String key, String otherwise) {
        for (String file : List.of(CONFIG, TOKENS)) {
            JsonNode written = (file.equals(CONFIG) ? config : tokens).path(key);
            if ((written.isString() && !written.stringValue().isEmpty()) || written.isObject()) {
                return at(file, key, written, true);
            }
            if (!written.isMissingNode() && !written.isNull()) {
                throw wrong(file, key, "a token", written);
            }
        }
        return AddedToken.special(otherwise);
    }

    /**
     * Adds all tokens to find in a text before anything else: those with ids of their own in the order of these, the special
     * tokens, and additional ones.
     */
    void addTo(TokenizerJson json, List<AddedToken> special) {
        Map<Long, AddedToken> byId = new TreeMap<>();
        Set<String> names = special.stream().map(AddedToken::content).collect(Collectors.toSet());
        object(folder.resolve(ADDED)).properties().forEach(entry -> {
            AddedToken token =
                    at(ADDED, entry.getKey(), StringNode.valueOf(entry.getKey()), names.contains(entry.getKey()));
            byId.put(id(ADDED, entry.getKey(), entry.getValue().toString()), token);
        });
        config.path(DECODER).properties().forEach(entry -> {
            boolean named = names.contains(entry.getValue().path("content").asString(""));
            byId.put(id(CONFIG, DECODER, entry.getKey()), at(CONFIG, DECODER, entry.getValue(), named));
        });
        byId.forEach((id, token) -> {
            int given = json.add(token);
            if (given != id) {
                throw new IllegalArgumentException(folder + ": " + ADDED + " or " + CONFIG + " has the token \""
                        + token.content() + "\" with id " + id + "; expected " + given
                        + ", its place in the vocabulary or the next one behind it");
            }
        });
        special.forEach(json::add);
        config.path(EXTRA).forEach(token -> json.add(at(CONFIG, EXTRA, token, true)));
        tokens.path(EXTRA).forEach(token -> json.add(at(TOKENS, EXTRA, token, true)));
    }

    private long id(String file, String key, String written) {
        try {
            return Long.parseLong(written);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    folder.resolve(file) + ": " + key + ": expected the id of a token, found \"" + written + "\"", e);
        }
    }

    private AddedToken at(String file, String key, JsonNode written, boolean special) {
        try {
            return AddedToken.of(written, special);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(folder.resolve(file) + ": " + key + ": " + e.getMessage(), e);
        }
    }

    private IllegalArgumentException wrong(String file, String key, String expected, JsonNode found) {
        return new IllegalArgumentException(
                folder.resolve(file) + ": " + key + ": expected " + expected + ", found " + found);
    }
}
