package dev.querent.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A {@code tokenizer.json} in the making. */
final class TokenizerJson {

    private final ObjectNode root = JsonMapper.shared().createObjectNode();
    private final ArrayNode added;
    private final Map<String, Integer> vocabulary;
    private final Map<String, Integer> addedIds = new LinkedHashMap<>();

    /**
     * @param vocabulary of the model, tokens with their ids
     */
    TokenizerJson(Map<String, Integer> vocabulary) {
        this.vocabulary = vocabulary;
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        added = root.putArray("added_tokens");
    }

    /**
     * Adds a token under the id that the vocabulary has for it, or under the next one, as the library counts them.
     *
     * @return its id
     */
    int add(AddedToken token) {
        Integer before = addedIds.get(token.content());
        if (before != null) {
            return before;
        }
        int id = id(token.content()).orElseGet(this::nextId);
        addedIds.put(token.content(), id);
        token.write(added, id);
        return id;
    }

    private int nextId() {
        int last = addedIds.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
        return Math.max(vocabulary.size(), last + 1);
    }

    private Optional<Integer> id(String token) {
        return Optional.ofNullable(vocabulary.get(token)).or(() -> Optional.ofNullable(addedIds.get(token)));
    }

    /** The node of a part, such as {@code normalizer}, with its type. */
    ObjectNode part(String name, String type) {
        return root.putObject(name).put("type", type);
    }

    /** A part that does several things one after another: the list of them. */
    ArrayNode parts(String name, String list) {
        return part(name, "Sequence").putArray(list);
    }

    /** The special tokens that stand around a text, each of them in the vocabulary or added before. */
    void template(List<String> begin, List<String> end) {
        ObjectNode processor = part("post_processor", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        begin.forEach(token -> special(single, token));
        sequence(single, "A", 0);
        end.forEach(token -> special(single, token));
        ArrayNode pair = processor.putArray("pair"); // the library wants one; nothing here encodes pairs
        sequence(pair, "A", 0);
        sequence(pair, "B", 1);
        ObjectNode specials = processor.putObject("special_tokens");
        for (List<String> side : List.of(begin, end)) {
            for (String token : side) {
                ObjectNode node = specials.putObject(token).put("id", token);
                node.putArray("ids").add(id(token).orElseThrow());
                node.putArray("tokens").add(token);
            }
        }
    }

    private static void special(ArrayNode template, String token) {
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
    }

    private static void sequence(ArrayNode template, String name, int type) {
        template.addObject().putObject("Sequence").put("id", name).put("type_id", type);
    }

    /** The model with the vocabulary as an object; further settings are the caller's. */
    ObjectNode model(String type) {
        ObjectNode model = part("model", type);
        ObjectNode written = model.putObject("vocab");
        vocabulary.forEach(written::put);
        return model;
    }

    String text() {
        return root.toString();
    }
}
