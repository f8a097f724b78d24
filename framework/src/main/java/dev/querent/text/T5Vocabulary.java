package dev.querent.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** T5's {@code spiece.model}: words, each with its space before it, into the most probable pieces; {@code </s>} ends a text. */
final class T5Vocabulary {

    private static final String SPACE = "\u2581";
    private static final int MOST_EXTRA_TOKENS = 10_000;

    private T5Vocabulary() {}

    static String json(Path file) {
        SentencePieceModel model = SentencePieceModel.read(file);
        TokenizerSettings settings = TokenizerSettings.beside(file);
        int extra = settings.number("extra_ids", 100, MOST_EXTRA_TOKENS);
        Map<String, Integer> ids = new LinkedHashMap<>();
        model.pieces().forEach(piece -> ids.put(piece.text(), ids.size()));
        for (int i = extra - 1; i >= 0; i--) {
            ids.putIfAbsent("<extra_id_" + i + ">", ids.size());
        }
        AddedToken end = settings.token("eos_token", "</s>");
        List<AddedToken> special = new ArrayList<>(
                List.of(end, settings.token("unk_token", "<unk>"), settings.token("pad_token", "<pad>")));
        for (int i = 0; i < extra; i++) {
            special.add(AddedToken.special("<extra_id_" + i + ">"));
        }
        TokenizerJson json = new TokenizerJson(ids);
        settings.addTo(json, special);
        if (model.charsmap().length > 0) {
            json.part("normalizer", "Precompiled")
                    .put("precompiled_charsmap", Base64.getEncoder().encodeToString(model.charsmap()));
        }
        ArrayNode splits = json.parts("pre_tokenizer", "pretokenizers");
        splits.addObject().put("type", "WhitespaceSplit");
        spaces(splits.addObject().put("type", "Metaspace"));
        json.template(List.of(), List.of(end.content()));
        spaces(json.part("decoder", "Metaspace"));
        ArrayNode pieces = json.part("model", "Unigram")
                .put("unk_id", model.unknown())
                .put("byte_fallback", false)
                .putArray("vocab");
        ids.forEach((token, id) -> pieces.addArray().add(token).add(score(model, id)));
        return json.text();
    }

    private static double score(SentencePieceModel model, int id) {
        return id < model.pieces().size() ? model.pieces().get(id).score() : 0;
    }

    private static void spaces(ObjectNode part) {
        part.put("replacement", SPACE).put("prepend_scheme", "always").put("split", true);
    }
}
