package dev.querent.config;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Gathers everything that is wrong, so that a user hears it all at once. */
public final class Problems {

    private final Set<Problem> found = new LinkedHashSet<>();

    public void add(Origin origin, String key, String sentence) {
        found.add(new Problem(origin, key, sentence));
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** Each once: source by source in the order in which they were found, by line within one. */
    public List<Problem> list() {
        List<String> sources = found.stream()
                .map(problem -> problem.origin().source())
                .distinct()
                .toList();
        return found.stream()
                .sorted(Comparator.<Problem>comparingInt(
                                problem -> sources.indexOf(problem.origin().source()))
                        .thenComparingInt(problem -> problem.origin().line()))
                .toList();
    }
}
