package dev.querent.text;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;

/**
 * Builds tokenizers with one token a word, for models trained from scratch on a small vocabulary. Text is lower-cased
 * and split into runs of letters, digits and underscores, and single other characters:
 *
 * <pre>
 * "A dog's ball."  ->  a  dog  '  s  ball  .
 * </pre>
 *
 * The result is an ordinary {@code tokenizer.json}, which other software reads too.
 */
public final class WordLevelTokenizer {

    /** Understood alike by {@link Pattern} and by the tokenizer's regular expressions. */
    private static final String WORD = "[\\p{L}\\p{M}\\p{N}_]+|[^\\s\\p{L}\\p{M}\\p{N}_]";

    private static final Pattern WORD_PATTERN = Pattern.compile(WORD, Pattern.UNICODE_CHARACTER_CLASS);

    private WordLevelTokenizer() {}

    /**
     * Builds a tokenizer: the layout's special tokens from id 0 on, then the words in the order given.
     *
     * @param words or whole texts; each is split, and a word seen before adds nothing
     */
    public static JsonTokenizer of(Collection<String> words, TokenizerLayout layout) {
        return JsonTokenizer.parse(json(words, layout), List.of(), false);
    }

    /** The words that a text is split into, in lower case, with repetitions. */
    public static List<String> words(String text) {
        return WORD_PATTERN
                .matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /** The {@code tokenizer.json} of {@link #of}. */
    public static String json(Collection<String> words, TokenizerLayout layout) {
        Set<String> tokens = new LinkedHashSet<>(layout.specialTokens());
        words.forEach(word -> tokens.addAll(words(word)));
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        tokens.forEach(token -> vocabulary.put(token, vocabulary.size()));
        TokenizerJson json = new TokenizerJson(vocabulary);
        layout.specialTokens().forEach(token -> json.add(AddedToken.special(token)));
        json.part("normalizer", "Lowercase");
        json.part("pre_tokenizer", "Split")
                .put("behavior", "Removed")
                .put("invert", true)
                .putObject("pattern")
                .put("Regex", WORD);
        json.template(optional(layout.begin()), optional(layout.end()));
        putDecoders(json.parts("decoder", "decoders"));
        json.model("WordLevel").put("unk_token", layout.unknown());
        return json.text();
    }

    private static List<String> optional(String token) {
        return token.isEmpty() ? List.of() : List.of(token);
    }

    /** Joins words with spaces, then takes the space away where English writes none. */
    private static void putDecoders(ArrayNode decoders) {
        decoders.addObject().put("type", "WordPiece").put("prefix", "##").put("cleanup", false);
        decoders.addObject().put("type", "Fuse");
        List.of(".", ",", "!", "?", ":", ";", ")").forEach(mark -> putReplacement(decoders, " " + mark, mark));
        putReplacement(decoders, "( ", "(");
        putReplacement(decoders, " ' ", "'");
        putReplacement(decoders, " - ", "-");
    }

    private static void putReplacement(ArrayNode decoders, String found, String written) {
        decoders.addObject()
                .put("type", "Replace")
                .put("content", written)
                .putObject("pattern")
                .put("String", found);
    }
}
