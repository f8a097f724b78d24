package dev.querent.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a mistyped name was probably meant to be. */
public final class NearestName {

    private static final int LONGEST = 100;

    private NearestName() {}

    /** The known name with the least edits (Damerau 1964), if it takes no more than a third of the longer name's length. */
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
        if (longer > LONGEST) {
            return false;
        }
        boolean oneBeginsTheOther = Math.min(name.length(), candidate.length()) >= 3
                && (name.startsWith(candidate) || candidate.startsWith(name));
        return oneBeginsTheOther || edits(name, candidate) <= Math.max(1, longer / 3);
    }

    /** Number of insertions, deletions, replacements and swaps of neighbours that make one word the other. */
    static int edits(String from, String to) {
        int[][] table = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                table[i][j] = i == 0 || j == 0 ? i + j : cheapest(table, from, to, i, j);
            }
        }
        return table[from.length()][to.length()];
    }

    private static int cheapest(int[][] table, String from, String to, int i, int j) {
        char last = from.charAt(i - 1);
        int edits = Math.min(table[i - 1][j], table[i][j - 1]) + 1;
        edits = Math.min(edits, table[i - 1][j - 1] + (last == to.charAt(j - 1) ? 0 : 1));
        boolean swapped = i > 1 && j > 1 && last == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(edits, table[i - 2][j - 2] + 1) : edits;
    }
}
