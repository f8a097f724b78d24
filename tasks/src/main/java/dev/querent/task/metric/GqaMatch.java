package dev.querent.task.metric;

import java.util.Locale;

/** Whether an answer is GQA's: there is one right answer, and the programs differ in what they take for equal. */
public final class GqaMatch {

    private GqaMatch() {}

    /** Compares a model's answer with the right one. */
    public static boolean matches(String prediction, String answer, AnswerVariant variant) {
        return normalized(prediction, variant).equals(normalized(answer, variant));
    }

    private static String normalized(String text, AnswerVariant variant) {
        return switch (variant) {
            case OFFICIAL -> text;
            case LAVIS -> VqaRule.LAVIS.normalized(text);
            case LMMS -> withoutPunctuation(lowerCase(text));
        };
    }

    /** numpy keeps strings in fields of fixed width: what is longer in lower case (the dotted capital I) is cut. */
    private static String lowerCase(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int width = text.codePointCount(0, text.length());
        return lower.codePointCount(0, lower.length()) <= width
                ? lower
                : lower.substring(0, lower.offsetByCodePoints(0, width));
    }

    /** Without the 32 characters of Python's {@code string.punctuation}: those of ASCII that are no letter, digit or blank. */
    private static String withoutPunctuation(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.chars()
                .filter(c -> c <= ' ' || c >= 0x7f || Character.isLetterOrDigit(c))
                .forEach(c -> out.append((char) c));
        // zeros at the end are taken for the filling of such fields
        int end = out.length();
        while (end > 0 && out.charAt(end - 1) == 0) {
            end--;
        }
        return out.substring(0, end);
    }
}
