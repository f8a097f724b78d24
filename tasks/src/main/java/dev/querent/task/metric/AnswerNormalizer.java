package dev.querent.task.metric;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The steps in which the VQA evaluation tool (github.com/GT-Vision-Lab/VQA, a013f004) makes answers comparable, with what its
 * code does beside its description. Which steps are taken for what is a matter of the {@link VqaRule}.
 */
final class AnswerNormalizer {

    /** In the order in which they are taken out. No colon, apostrophe, period, nor anything beyond ASCII. */
    private static final String PUNCTUATION = ";/[]\"{}()=+\\_-><@`,?!";

    /** The tool passes {@code re.UNICODE}, whose value is 32, where the number of replacements belongs. */
    private static final int MOST_PERIODS = 32;

    private static final Map<String, String> NUMBERS = Map.ofEntries(
            Map.entry("none", "0"),
            Map.entry("zero", "0"),
            Map.entry("one", "1"),
            Map.entry("two", "2"),
            Map.entry("three", "3"),
            Map.entry("four", "4"),
            Map.entry("five", "5"),
            Map.entry("six", "6"),
            Map.entry("seven", "7"),
            Map.entry("eight", "8"),
            Map.entry("nine", "9"),
            Map.entry("ten", "10"));

    private static final Set<String> ARTICLES = Set.of("a", "an", "the");
    private static final Map<String, String> CONTRACTIONS = contractions();

    private AnswerNormalizer() {}

    /** Line ends and tabs become blanks; white space at the ends goes. */
    static String whiteSpace(String text) {
        return PythonText.strip(text.replace('\n', ' ').replace('\t', ' '));
    }

    /**
     * Each punctuation character becomes a blank, or nothing if the text has it beside a blank anywhere. Then periods go
     * unless a digit follows (one before doesn't matter: the tool's look-behind is mistyped).
     *
     * @param numberSeparated whether the text has commas between digits, which lets all punctuation go without a blank
     */
    private static String punctuation(String text, boolean numberSeparated) {
        String out = text;
        for (int i = 0; i < PUNCTUATION.length(); i++) {
            String mark = PUNCTUATION.substring(i, i + 1);
            if (text.contains(mark)) {
                boolean goes = numberSeparated || text.contains(mark + " ") || text.contains(" " + mark);
                out = out.replace(mark, goes ? "" : " ");
            }
        }
        return periods(out);
    }

    /** As the official tool and LAVIS do it: exactly one comma between two digits. */
    static String punctuation(String text) {
        return punctuation(text, hasSeparatedNumber(text, false));
    }

    /** As lmms-eval does it: a run of commas between digits counts too. */
    static String punctuationWithRuns(String text) {
        return punctuation(text, hasSeparatedNumber(text, true));
    }

    private static boolean hasSeparatedNumber(String text, boolean runs) {
        for (int comma = text.indexOf(','); comma >= 0; comma = text.indexOf(',', comma + 1)) {
            int end = comma + 1;
            while (runs && end < text.length() && text.charAt(end) == ',') {
                end++;
            }
            if (comma > 0
                    && end < text.length()
                    && Character.isDigit(text.codePointBefore(comma))
                    && Character.isDigit(text.codePointAt(end))) {
                return true;
            }
        }
        return false;
    }

    private static String periods(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int removed = 0;
        for (int i = 0; i < text.length(); i++) {
            boolean digitFollows = i + 1 < text.length() && Character.isDigit(text.codePointAt(i + 1));
            if (text.charAt(i) == '.' && !digitFollows && removed < MOST_PERIODS) {
                removed++;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }

    /** Lower case; words for numbers up to ten become digits, articles go, apostrophes left out come back. */
    static String words(String text) {
        return PythonText.split(text.toLowerCase(Locale.ROOT)).stream()
                .map(word -> NUMBERS.getOrDefault(word, word))
                .filter(word -> !ARTICLES.contains(word))
                .map(word -> CONTRACTIONS.getOrDefault(word, word))
                .collect(Collectors.joining(" "));
    }

    private static Map<String, String> contractions() {
        try (InputStream in = Objects.requireNonNull(
                AnswerNormalizer.class.getResourceAsStream("contractions.txt"), "contractions.txt")) {
            Map<String, String> map = new LinkedHashMap<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList()) {
                List<String> words = PythonText.split(line);
                map.put(words.get(0), words.get(1));
            }
            return Map.copyOf(map);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
