package dev.querent.text;

import java.nio.file.Path;
import java.util.List;

/** How a model family publishes its tokenizer where it has no {@code tokenizer.json}. */
public enum VocabularyFormat {
    /** WordPiece: {@code vocab.txt}, a token a line. {@code tokenizer_config.json} decides on case and accents. */
    BERT,

    /** Byte-level BPE as GPT-2's: {@code vocab.json} with {@code merges.txt} beside it; {@code </s>} begins a text. */
    OPT,

    /** Lower-cased BPE whose last pieces of words end in {@code </w>}: {@code vocab.json} with {@code merges.txt} beside it. */
    CLIP,

    /** A sentencepiece unigram model, and the tokens {@code <extra_id_0>} to {@code <extra_id_99>} behind its own. */
    T5;

    /** Names that the vocabulary may have in a folder, the first one present wins. */
    List<String> files() {
        return switch (this) {
            case BERT -> List.of("vocab.txt");
            case OPT, CLIP -> List.of("vocab.json");
            case T5 -> List.of("spiece.model", "tokenizer.model");
        };
    }

    /**
     * The {@code tokenizer.json} of a vocabulary and of the settings beside it.
     *
     * @throws IllegalArgumentException where a file isn't of this format, with its name
     */
    String json(Path vocabulary) {
        return switch (this) {
            case BERT -> BertVocabulary.json(vocabulary);
            case OPT -> BytePairVocabulary.opt(vocabulary);
            case CLIP -> BytePairVocabulary.clip(vocabulary);
            case T5 -> T5Vocabulary.json(vocabulary);
        };
    }
}
