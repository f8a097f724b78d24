package dev.querent.config;

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

    /** In the order found, each once. */
    public List<Problem> list() {
        return List.copyOf(found);
    }
}
