package dev.querent.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vocab.json} and {@code merges.txt}: bytes, written as letters, joined pair by pair in the order of the merges. */
final class BytePairVocabulary {

    private static final String MERGES = "merges.txt";

    private final Map<String, Integer> vocabulary;
    private final List<String> merges;
    private final TokenizerSettings settings;
    private final TokenizerJson json;

    private BytePairVocabulary(Path file) {
        vocabulary = vocabulary(file);
        merges = merges(file.resolveSibling(MERGES));
        settings = TokenizerSettings.beside(file);
        json = new TokenizerJson(vocabulary);
    }

    /** As {@code transformers.GPT2Tokenizer} with the settings of the OPT checkpoints, which are the defaults here. */
    static String opt(Path file) {
        BytePairVocabulary pairs = new BytePairVocabulary(file);
        AddedToken begin = pairs.settings.token("bos_token", "</s>");
        pairs.add(
                begin,
                pairs.settings.token("eos_token", "</s>"),
                pairs.settings.token("unk_token", "</s>"),
                pairs.settings.token("pad_token", "<pad>"));
        byteLevel(pairs.json.part("pre_tokenizer", "ByteLevel"), pairs.settings.flag("add_prefix_space", false));
        boolean begins = pairs.settings.flag("add_bos_token", true);
        pairs.json.template(begins ? List.of(begin.content()) : List.of(), List.of());
        pairs.model("");
        return pairs.json.text();
    }

    /** As {@code transformers.CLIPTokenizer}. Decoding leaves the {@code </w>} in: CLIP reads texts, it writes none. */
    static String clip(Path file) {
        BytePairVocabulary pairs = new BytePairVocabulary(file);
        AddedToken begin = pairs.settings.token("bos_token", "<|startoftext|>");
        AddedToken end = pairs.settings.token("eos_token", "<|endoftext|>");
        AddedToken unknown = pairs.settings.token("unk_token", "<|endoftext|>");
        pairs.add(begin, end, unknown, pairs.settings.token("pad_token", "<|endoftext|>"));
        ArrayNode normalizers = pairs.json.parts("normalizer", "normalizers");
        normalizers.addObject().put("type", "NFC");
        normalizers
                .addObject()
                .put("type", "Replace")
                .put("content", " ")
                .putObject("pattern")
                .put("Regex", "\\s+");
        normalizers.addObject().put("type", "Lowercase");
        ArrayNode splits = pairs.json.parts("pre_tokenizer", "pretokenizers");
        splits.addObject()
                .put("type", "Split")
                .put("behavior", "Removed")
                .put("invert", true)
                .putObject("pattern")
                .put(
                        "Regex",
                        "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d"
                                + "|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+");
        byteLevel(splits.addObject().put("type", "ByteLevel"), false);
        pairs.json.template(List.of(begin.content()), List.of(end.content()));
        pairs.model("</w>").put("unk_token", unknown.content());
        return pairs.json.text();
    }

    private void add(AddedToken... special) {
        settings.addTo(json, List.of(special));
    }

    private static void byteLevel(ObjectNode part, boolean prefixSpace) {
        part.put("add_prefix_space", prefixSpace).put("trim_offsets", true).put("use_regex", true);
    }

    private ObjectNode model(String endOfWord) {
        byteLevel(json.part("decoder", "ByteLevel"), false);
        ObjectNode model = json.model("BPE")
                .put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", endOfWord)
                .put("fuse_unk", false)
                .put("byte_fallback", false);
        ArrayNode written = model.putArray("merges");
        merges.forEach(written::add);
        return model;
    }

    private static Map<String, Integer> vocabulary(Path file) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : BoundedFile.object(file).properties()) {
            JsonNode id = entry.getValue();
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw new IllegalArgumentException(
                        file + ": expected tokens with their ids, found \"" + entry.getKey() + "\": " + id);
            }
            vocabulary.put(entry.getKey(), id.intValue());
        }
        return vocabulary;
    }

    private List<String> merges(Path file) {
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("expected " + file + " beside vocab.json, found none");
        }
        List<String> found = new ArrayList<>();
        List<String> lines = BoundedFile.text(file).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.startsWith("#version") && !line.isEmpty()) {
                check(line, file + ":" + (i + 1));
                found.add(line);
            }
        }
        return found;
    }

    private void check(String merge, String where) {
        String[] parts = merge.split(" ", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException(
                    where + ": expected two tokens with a space between them, found \"" + merge + "\"");
        }
        Set<String> tokens = new LinkedHashSet<>(List.of(parts[0], parts[1], parts[0] + parts[1]));
        tokens.removeAll(vocabulary.keySet());
        if (!tokens.isEmpty()) {
            throw new IllegalArgumentException(
                    where + ": \"" + tokens.iterator().next() + "\" isn't in vocab.json");
        }
    }
}
