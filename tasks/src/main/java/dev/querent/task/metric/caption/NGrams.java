package dev.querent.task.metric.caption;

import dev.querent.task.metric.PythonText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs of one to four tokens and how often they occur. */
final class NGrams {

    static final int LONGEST = 4;

    private final int tokens;
    private final Map<List<String>, Integer> counts = new HashMap<>();

    NGrams(String tokenized) {
        List<String> words = List.copyOf(PythonText.split(tokenized));
        tokens = words.size();
        for (int length = 1; length <= LONGEST; length++) {
            for (int from = 0; from + length <= tokens; from++) {
                counts.merge(List.copyOf(words.subList(from, from + length)), 1, Integer::sum);
            }
        }
    }

    int tokens() {
        return tokens;
    }

    /** Occurrences by n-gram. */
    Map<List<String>, Integer> counts() {
        return counts;
    }
}
