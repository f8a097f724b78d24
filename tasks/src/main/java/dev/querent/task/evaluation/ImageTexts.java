package dev.querent.task.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model said of one image: a line of a partition's file.
 *
 * @param id of the sample
 * @param texts its caption, or the answers to its questions in their order; none where the image can't be read
 * @param problem why it can't be read
 */
record ImageTexts(String id, List<String> texts, Optional<String> problem) {
    ImageTexts {
        texts = List.copyOf(texts);
    }

    /** One line of JSON. */
    String line() {
        ObjectNode node = JsonMapper.shared().createObjectNode().put("id", id);
        if (problem.isPresent()) {
            return node.put("problem", problem.get()).toString();
        }
        ArrayNode said = node.putArray("texts");
        texts.forEach(said::add);
        return node.toString();
    }

    /** Reads {@link #line}. */
    static ImageTexts of(String line) {
        JsonNode node = JsonMapper.shared().readTree(line);
        List<String> texts = new ArrayList<>();
        node.path("texts").forEach(text -> texts.add(text.asString("")));
        return new ImageTexts(
                node.path("id").asString(""),
                texts,
                node.has("problem") ? Optional.of(node.path("problem").asString("")) : Optional.empty());
    }
}
