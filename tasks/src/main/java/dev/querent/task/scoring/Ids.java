package dev.querent.task.scoring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Ids that are wrong in the same way: how many they are, and the first of them by name. */
final class Ids {

    private static final int SHOWN = 10;

    private final List<String> first = new ArrayList<>();
    private int count;

    void add(String id) {
        count++;
        if (first.size() < SHOWN) {
            first.add(id.length() <= 60 ? id : id.substring(0, 60) + "...");
        }
    }

    boolean none() {
        return count == 0;
    }

    /** As "3 ids: 1, 2, 3", or the first ten of more. */
    String named() {
        String names = String.join(", ", first);
        return count == 1
                ? "id " + names
                : count + " ids" + (count > first.size() ? ", the first ten: " : ": ") + names;
    }

    /**
     * Refuses predictions whose ids don't fit.
     *
     * @param idKey how the file calls an id
     */
    static void refuse(Path predictions, Path annotations, String idKey, Ids missing, Ids doubled, Ids unknown) {
        Collection<String> problems = new ArrayList<>();
        if (!missing.none()) {
            problems.add("no prediction for " + missing.named());
        }
        if (!doubled.none()) {
            problems.add("more than one prediction for " + doubled.named());
        }
        if (!unknown.none()) {
            problems.add("not in " + annotations + ": " + unknown.named());
        }
        if (!problems.isEmpty()) {
            throw new ScoringException(predictions + ": " + idKey + ": " + String.join("; ", problems)
                    + ". Expected exactly one prediction for each id of the annotations");
        }
    }
}
