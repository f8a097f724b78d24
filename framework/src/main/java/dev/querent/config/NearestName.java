package dev.querent.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a mistyped name was probably meant to be. */
public final class NearestName {

    private NearestName() {}

    /** The known name with the least edits (Levenshtein 1966), if it takes no more than a third of the longer name's length. */
    public static Optional<String> of(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> near(name, candidate))
                .min(Comparator.<String>comparingInt(candidate -> edits(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** A question to put behind an error: {@code " Did you mean queries?"}, or nothing where no known name is near. */
    public static String question(String name, Collection<String> known) {
        return of(name, known).map(near -> " Did you mean " + near + "?").orElse("");
    }

    private static boolean near(String name, String candidate) {
        int longer = Math.max(name.length(), candidate.length());
        boolean oneBeginsTheOther = Math.min(name.length(), candidate.length()) >= 3
                && (name.startsWith(candidate) || candidate.startsWith(name));
        return oneBeginsTheOther || edits(name, candidate) <= Math.max(1, longer / 3);
    }

    /** Number of insertions, deletions and replacements that make one word the other. */
    static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
