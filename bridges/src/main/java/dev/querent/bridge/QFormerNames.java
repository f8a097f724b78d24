package dev.querent.bridge;

import dev.querent.weights.TranslatedWeights;
import dev.querent.weights.WeightSource;
import java.util.Comparator;
import java.util.Map;

/**
 * The layouts that a Q-Former is published in, under the names that LAVIS gives a whole one ({@code Blip2Qformer}).
 *
 * <ul>
 *   <li>LAVIS, stage 1 and 2: {@code opt_proj} and {@code t5_proj} become {@code language_projection}; image encoder and
 *       language model, where a fine-tuned checkpoint holds them, aren't seen.
 *   <li>Hugging Face, {@code Blip2ForConditionalGeneration} and {@code Blip2ForImageTextRetrieval}, as the conversion script pairs
 *       the names.
 *   <li>BERT ({@code bert-base-uncased}), which stage 1 starts from: the feed-forward path of the queries is a copy of the
 *       text's; pooler, next-sentence head and token types aren't seen.
 * </ul>
 */
final class QFormerNames {

    /** What a BERT alone has, and a Q-Former in no layout. */
    static final String BERT_WORDS = "bert.embeddings.word_embeddings.weight";

    private static final String BERT = "Qformer.bert.";

    private static final Map<String, String> HUGGING_FACE = Map.of(
            "vision_model.post_layernorm.",
            "ln_vision.",
            "qformer.layernorm.",
            BERT + "embeddings.LayerNorm.",
            "qformer.encoder.",
            BERT + "encoder.",
            "embeddings.",
            BERT + "embeddings.",
            "vision_projection.",
            "vision_proj.",
            "text_projection.",
            "text_proj.");

    private QFormerNames() {}

    /** Any of the layouts under LAVIS's names; {@code source} itself where it has just these. */
    static WeightSource translated(WeightSource source) {
        if (source.names().contains(BERT_WORDS)) {
            return fromBert(source);
        }
        TranslatedWeights translated = new TranslatedWeights(source);
        boolean huggingFace = source.names().contains("qformer.layernorm.weight");
        boolean changed = false;
        for (String stored : source.names()) {
            String name = huggingFace ? fromHuggingFace(stored) : fromLavis(stored);
            changed |= !name.equals(stored);
            if (!name.isEmpty()) {
                translated.rename(stored, name);
            }
        }
        return changed ? translated : source;
    }

    /** Empty for what belongs to another part. */
    private static String fromLavis(String stored) {
        if (stored.startsWith("visual_encoder.") || stored.startsWith("opt_model.") || stored.startsWith("t5_model.")) {
            return "";
        }
        return stored.replaceFirst("^(opt|t5)_proj\\.", "language_projection.");
    }

    private static String fromHuggingFace(String stored) {
        for (Map.Entry<String, String> pair : HUGGING_FACE.entrySet()) {
            if (stored.startsWith(pair.getKey())) {
                return pair.getValue()
                        + stored.substring(pair.getKey().length()).replace("attention.attention.", "attention.self.");
            }
        }
        return stored.startsWith("vision_model.") || stored.startsWith("language_model.") ? "" : stored;
    }

    /** Hugging Face's name of a tensor that its layout has. */
    static String inHuggingFace(String name) {
        return HUGGING_FACE.entrySet().stream()
                .filter(pair -> name.startsWith(pair.getValue()))
                .max(Comparator.comparing(pair -> pair.getValue().length()))
                .map(pair -> pair.getKey()
                        + name.substring(pair.getValue().length()).replace("attention.self.", "attention.attention."))
                .orElse(name);
    }

    private static WeightSource fromBert(WeightSource source) {
        TranslatedWeights translated = new TranslatedWeights(source);
        for (String stored : source.names()) {
            String name = stored.replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight")
                    .replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias");
            if (name.startsWith("bert.encoder.") || name.startsWith("cls.predictions.") || isEmbedding(name)) {
                translated.rename(stored, "Qformer." + name);
                String query = name.replaceFirst("(layer\\.\\d+\\.)(intermediate|output)\\.", "$1$2_query.");
                if (!query.equals(name)) {
                    translated.rename(stored, "Qformer." + query);
                }
            }
        }
        return translated;
    }

    private static boolean isEmbedding(String name) {
        return name.startsWith("bert.embeddings.") && !name.contains("token_type");
    }
}
