package dev.querent.task.metric.caption;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;

/**
 * Tokens of captions as coco-caption makes them with Stanford's PTBTokenizer 3.4.1, {@code -preserveLines -lowerCase}, and
 * without the punctuation that coco-caption drops. The rules were found by watching that program; for texts like captions they
 * agree with it, for contrived ones mostly (docs/results). Other than there, a line end in a caption is a blank. As there, it
 * depends on the next caption whether a single letter at the end keeps its period.
 */
public final class PtbTokenizer implements CaptionTokenizer {

    /** As coco-caption has them. Its brackets are in capitals, which no token is, so brackets stay. */
    static final Set<String> DROPPED = Set.of("''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";");

    private static final Map<String, String> NAMED = Map.ofEntries(
            Map.entry("(", "-lrb-"),
            Map.entry(")", "-rrb-"),
            Map.entry("[", "-lsb-"),
            Map.entry("]", "-rsb-"),
            Map.entry("{", "-lcb-"),
            Map.entry("}", "-rcb-"),
            Map.entry("\u00a3", "#"),
            Map.entry("\u20ac", "$"),
            Map.entry("\u0080", "$"),
            Map.entry("\u00a4", "$"),
            Map.entry("\u20a0", "$"),
            Map.entry("\u00a2", "cents"),
            Map.entry("\u00bd", "1/2"),
            Map.entry("\u00bc", "1/4"),
            Map.entry("\u00be", "3/4"),
            Map.entry("\u2153", "1/3"),
            Map.entry("\u2154", "2/3"),
            Map.entry("&amp;", "&"),
            Map.entry("&lt;", "<"),
            Map.entry("&gt;", ">"));

    @Override
    public List<String> tokenize(List<String> texts) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            all.add(tokens(texts.get(i), i + 1 < texts.size() ? texts.get(i + 1) : ""));
        }
        return all;
    }

    /**
     * The tokens of one text, with a blank between each two.
     *
     * @param next the text behind it, which that program sees too
     */
    static String tokens(String text, String next) {
        List<String> tokens = new ArrayList<>();
        Matcher[] matchers = PtbRules.matchers(text + "\n" + next);
        int at = 0;
        while (at < text.length()) {
            PtbRules.Kind kind = PtbRules.Kind.UNKNOWN;
            int longest = 0;
            int end = at + Character.charCount(text.codePointAt(at));
            for (int rule = 0; rule < matchers.length; rule++) {
                Matcher matcher = matchers[rule];
                if (matcher.region(at, text.length()).lookingAt() && matcher.end() - at > longest) {
                    longest = matcher.end() - at;
                    kind = PtbRules.kind(rule);
                    end = matcher.end(1);
                }
            }
            add(kind, text.substring(at, end), tokens);
            at = end;
        }
        tokens.removeIf(token -> token.isEmpty() || DROPPED.contains(token));
        return String.join(" ", tokens);
    }

    private static void add(PtbRules.Kind kind, String found, List<String> tokens) {
        String token = found.toLowerCase(Locale.ENGLISH);
        switch (kind) {
            case WORD -> tokens.add(token.replace("\u00ad", ""));
            case CLITIC -> tokens.add(plain(token));
            case BLANKS_INSIDE -> tokens.add(brackets(token.replace(' ', '\u00a0')));
            case NAMED -> tokens.add(NAMED.getOrDefault(token, token));
            case TWO_WORDS -> {
                int cut = PtbRules.cut(token);
                tokens.add(token.substring(0, cut));
                tokens.add(token.substring(cut));
            }
            case NOTHING, UNKNOWN -> {}
        }
    }

    /** One apostrophe for all of them; only here. */
    private static String plain(String token) {
        return token.replace('\u2019', '\'').replace('\u0092', '\'').replace("&apos;", "'");
    }

    private static String brackets(String token) {
        return token.replace("(", "-lrb-").replace(")", "-rrb-");
    }
}
