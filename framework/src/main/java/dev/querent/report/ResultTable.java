package dev.querent.report;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A table for readers.
 *
 * @param columns the head; the first column names the row
 * @param rows as many cells each as there are columns
 */
public record ResultTable(String title, List<String> columns, List<List<String>> rows) {
    public ResultTable {
        Objects.requireNonNull(title, "title");
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "table \"" + title + "\": " + columns.size() + " columns but a row of " + row.size());
            }
        }
    }

    /** A share as percent with one decimal, e.g. {@code 22.4 %}; a dash where there is none. */
    public static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f %%", 100 * share) : "-";
    }
}
