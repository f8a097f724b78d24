package dev.querent.task.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is wrong with files, in bounded memory: the first few of each kind, and how many there are. */
final class FileProblems {

    private static final int SHOWN = 5;

    private final Map<String, List<String>> shown = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    /** A problem of its own kind. */
    void add(String sentence) {
        add("more of this kind", sentence);
    }

    /**
     * One of many problems of a kind.
     *
     * @param kind a plural, e.g. {@code images are missing}
     */
    void add(String kind, String sentence) {
        if (counts.merge(kind, 1, Integer::sum) <= SHOWN) {
            shown.computeIfAbsent(kind, key -> new ArrayList<>()).add(sentence);
        }
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    /** A sentence for each of the first few, and one that counts the rest of a kind. */
    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        shown.forEach((kind, first) -> {
            sentences.addAll(first);
            int more = counts.getOrDefault(kind, 0) - first.size();
            if (more > 0) {
                sentences.add("... and " + more + " more: " + kind);
            }
        });
        return sentences;
    }
}
