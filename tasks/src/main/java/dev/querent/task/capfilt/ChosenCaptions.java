package dev.querent.task.capfilt;

import dev.querent.data.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What CapFilt keeps of one image.
 *
 * @param index in the training split
 * @param captions the best first; none where the image can't be used
 * @param scores of each
 * @param own whether each is the image's own rather than written by the captioner
 * @param problem why the image can't be used
 */
record ChosenCaptions(
        int index, String id, List<String> captions, List<Double> scores, List<Boolean> own, Optional<String> problem) {

    static ChosenCaptions none(int index, Sample sample, String problem) {
        return new ChosenCaptions(index, sample.id(), List.of(), List.of(), List.of(), Optional.of(problem));
    }

    /**
     * The best of C texts. Of equal ones the earlier is better.
     *
     * @param scores C, higher is better
     */
    static ChosenCaptions best(
            int index, Sample sample, List<String> texts, float[] scores, Set<String> own, int keep) {
        List<Integer> order = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer text) -> -scores[text]))
                .limit(keep)
                .toList();
        return new ChosenCaptions(
                index,
                sample.id(),
                order.stream().map(texts::get).toList(),
                order.stream().map(text -> (double) scores[text]).toList(),
                order.stream().map(text -> own.contains(texts.get(text))).toList(),
                Optional.empty());
    }

    /** One line of JSON. */
    String line() {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("index", index).put("id", id);
        if (problem.isPresent()) {
            return node.put("problem", problem.get()).toString();
        }
        ArrayNode texts = node.putArray("captions");
        captions.forEach(texts::add);
        ArrayNode numbers = node.putArray("scores");
        scores.forEach(numbers::add);
        ArrayNode origins = node.putArray("own");
        own.forEach(origins::add);
        return node.toString();
    }

    /** Reads {@link #line}. */
    static ChosenCaptions of(String line) {
        JsonNode node = JsonMapper.shared().readTree(line);
        List<String> captions = new ArrayList<>();
        node.path("captions").forEach(caption -> captions.add(caption.asString("")));
        List<Double> scores = new ArrayList<>();
        node.path("scores").forEach(score -> scores.add(score.asDouble(0)));
        List<Boolean> own = new ArrayList<>();
        node.path("own").forEach(origin -> own.add(origin.asBoolean(false)));
        return new ChosenCaptions(
                node.path("index").asInt(-1),
                node.path("id").asString(""),
                captions,
                scores,
                own,
                node.has("problem") ? Optional.of(node.path("problem").asString("")) : Optional.empty());
    }
}
