package dev.querent.text;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * BERT's {@code vocab.txt}: clean text, split into words and signs, each word into its longest known pieces. Settings as
 * {@code transformers.BertTokenizer} has them.
 */
final class BertVocabulary {

    private BertVocabulary() {}

    static String json(Path file) {
        Map<String, Integer> vocabulary = vocabulary(file);
        TokenizerSettings settings = TokenizerSettings.beside(file);
        AddedToken unknown = settings.token("unk_token", "[UNK]");
        AddedToken begin = settings.token("cls_token", "[CLS]");
        AddedToken end = settings.token("sep_token", "[SEP]");
        if (!vocabulary.containsKey(unknown.content())) {
            throw new IllegalArgumentException(file + ": expected a line with the token " + unknown.content()
                    + ", which stands for unknown words; found none in " + vocabulary.size() + " lines");
        }
        TokenizerJson json = new TokenizerJson(vocabulary);
        AddedToken pad = settings.token("pad_token", "[PAD]");
        AddedToken mask = settings.token("mask_token", "[MASK]");
        settings.addTo(json, List.of(unknown, end, pad, begin, mask));
        ObjectNode normalizer = json.part("normalizer", "BertNormalizer")
                .put("clean_text", true)
                .put("handle_chinese_chars", settings.flag("tokenize_chinese_chars", true))
                .put("lowercase", settings.flag("do_lower_case", true))
                .putNull("strip_accents"); // as lowercase
        settings.flag("strip_accents").ifPresent(strip -> normalizer.put("strip_accents", strip));
        json.part("pre_tokenizer", "BertPreTokenizer");
        json.template(List.of(begin.content()), List.of(end.content()));
        json.part("decoder", "WordPiece").put("prefix", "##").put("cleanup", true);
        json.model("WordPiece")
                .put("unk_token", unknown.content())
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100);
        return json.text();
    }

    private static Map<String, Integer> vocabulary(Path file) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        List<String> lines = BoundedFile.text(file).lines().toList();
        for (int id = 0; id < lines.size(); id++) {
            if (vocabulary.put(lines.get(id), id) != null) {
                throw new IllegalArgumentException(
                        file + ":" + (id + 1) + ": expected each token once, found \"" + lines.get(id) + "\" again");
            }
        }
        return vocabulary;
    }
}
