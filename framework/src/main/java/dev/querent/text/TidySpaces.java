package dev.querent.text;

/**
 * Decoded text without the spaces that English writes none of, as {@code clean_up_tokenization_spaces} of transformers 4
 * takes them away. (transformers 5 leaves them by default, and always after BPE.)
 */
final class TidySpaces {

    private TidySpaces() {}

    static String in(String text) {
        return text.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" 's", "'s")
                .replace(" 've", "'ve")
                .replace(" 're", "'re");
    }
}
