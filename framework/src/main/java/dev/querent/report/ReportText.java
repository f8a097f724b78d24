package dev.querent.report;

import java.util.Locale;

/** How reports write numbers and long texts. */
final class ReportText {

    /** Characters of a cell; nobody reads more in a table, and a hostile file may have any number. */
    static final int LONGEST_CELL = 600;

    private ReportText() {}

    /** The beginning of a text that is too long, with dots behind. */
    static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end) + "...";
    }

    /** A result for comparison: counts whole, shares with four decimals. */
    static String number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        if (whole && Math.abs(value) >= 2) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, Math.abs(value) < 1000 ? "%.4f" : "%.6g", value);
    }
}
