package dev.querent.task.scoring;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Reads a result file: a list of objects, each with an id and a text. */
final class Predictions {

    private Predictions() {}

    /**
     * Reads all of it. Memory is bounded by what the annotations hold: unknown ids are counted, not kept.
     *
     * @param known ids that may have a prediction
     * @param needed those of them that must
     * @return text by id
     * @throws ScoringException naming the missing, doubled and unknown ids
     */
    static Map<String, String> read(
            Path file, String idKey, String textKey, Path annotations, Set<String> known, Set<String> needed) {
        Map<String, String> texts = new HashMap<>();
        Set<String> repeated = new HashSet<>();
        Ids doubled = new Ids();
        Ids unknown = new Ids();
        JsonRecords.list(file, record -> {
            String id = record.id(idKey);
            String text = record.text(textKey);
            if (!known.contains(id)) {
                unknown.add(id);
            } else if (texts.putIfAbsent(id, text) != null && repeated.add(id)) {
                doubled.add(id);
            }
        });
        Ids missing = new Ids();
        needed.stream().filter(id -> !texts.containsKey(id)).forEach(missing::add);
        Ids.refuse(file, annotations, idKey, missing, doubled, unknown);
        return texts;
    }
}
