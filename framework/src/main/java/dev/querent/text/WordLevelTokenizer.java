package dev.querent.text;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

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
        return JsonTokenizer.parse(json(words, layout), List.of());
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
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < layout.specialTokens().size(); id++) {
            added.addObject()
                    .put("id", id)
                    .put("content", layout.specialTokens().get(id))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        root.putObject("normalizer").put("type", "Lowercase");
        root.putObject("pre_tokenizer")
                .put("type", "Split")
                .put("behavior", "Removed")
                .put("invert", true)
                .putObject("pattern")
                .put("Regex", WORD);
        putTemplate(root.putObject("post_processor"), layout);
        putDecoder(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", layout.unknown());
        ObjectNode vocabulary = model.putObject("vocab");
        int id = 0;
        for (String token : tokens) {
            vocabulary.put(token, id++);
        }
        return root.toString();
    }

    private static void putTemplate(ObjectNode processor, TokenizerLayout layout) {
        processor.put("type", "TemplateProcessing");
        ObjectNode specials = JsonMapper.shared().createObjectNode();
        ArrayNode single = processor.putArray("single");
        ArrayNode pair = processor.putArray("pair");
        putSpecial(layout.begin(), layout, single, specials);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        putSpecial(layout.end(), layout, single, specials);
        pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
        processor.set("special_tokens", specials);
    }

    private static void putSpecial(String token, TokenizerLayout layout, ArrayNode template, ObjectNode specials) {
        if (token.isEmpty()) {
            return;
        }
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
        ObjectNode special = specials.putObject(token).put("id", token);
        special.putArray("ids").add(layout.specialTokens().indexOf(token));
        special.putArray("tokens").add(token);
    }

    /** Joins words with spaces, then takes the space away where English writes none. */
    private static void putDecoder(ObjectNode decoder) {
        ArrayNode decoders = decoder.put("type", "Sequence").putArray("decoders");
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
