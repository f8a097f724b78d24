package dev.querent.text;

import java.util.Locale;
import java.util.regex.Pattern;

/** Captions and questions as BLIP-2 reads them: lower case, little punctuation, at most 50 words. */
public final class CaptionText {

    private static final int MOST_WORDS = 50;
    private static final Pattern PUNCTUATION = Pattern.compile("[.!\"()*#:;~]");
    private static final Pattern WIDE_SPACE = Pattern.compile("\\s{2,}");
    private static final Pattern TRAILING_NEWLINES = Pattern.compile("\\n+$");
    private static final Pattern TRAILING_SPACES = Pattern.compile(" +$");

    private CaptionText() {}

    /** A caption: punctuation becomes a space, but commas, question marks, apostrophes and hyphens stay. */
    public static String caption(String text) {
        String plain = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ");
        plain = WIDE_SPACE.matcher(plain).replaceAll(" ");
        plain = TRAILING_NEWLINES.matcher(plain).replaceAll("");
        int from = 0;
        while (from < plain.length() && plain.charAt(from) == ' ') {
            from++;
        }
        plain = TRAILING_SPACES.matcher(plain.substring(from)).replaceAll("");
        return cut(plain);
    }

    /** A question: punctuation is deleted, the question mark stays. */
    public static String question(String text) {
        String plain = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
        return cut(TRAILING_SPACES.matcher(plain).replaceAll(""));
    }

    private static String cut(String text) {
        int words = 1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == ' ' && ++words > MOST_WORDS) {
                return text.substring(0, i);
            }
        }
        return text;
    }
}
