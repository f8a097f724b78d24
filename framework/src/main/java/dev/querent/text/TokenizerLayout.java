package dev.querent.text;

import java.util.List;

/**
 * The special tokens of a model family, for building a word tokenizer where no checkpoint brings one, and for knowing
 * what a published one looks like.
 *
 * @param specialTokens in the order of their ids, from id 0 on
 * @param pad the padding token
 * @param unknown stands for words outside the vocabulary
 * @param begin put before every text; empty for none
 * @param end put behind every text; empty for none
 * @param added special tokens that a model adds to the published tokenizer of its family
 * @param format how the family publishes a tokenizer where it has no {@code tokenizer.json}
 */
public record TokenizerLayout(
        List<String> specialTokens,
        String pad,
        String unknown,
        String begin,
        String end,
        List<String> added,
        VocabularyFormat format) {

    /** BERT's, with the token {@code [DEC]} that begins a text which BLIP or BLIP-2 writes. */
    public static final TokenizerLayout BLIP = new TokenizerLayout(
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]"),
            "[PAD]",
            "[UNK]",
            "[CLS]",
            "[SEP]",
            List.of("[DEC]"),
            VocabularyFormat.BERT);

    public TokenizerLayout {
        specialTokens = List.copyOf(specialTokens);
        added = List.copyOf(added);
    }
}
