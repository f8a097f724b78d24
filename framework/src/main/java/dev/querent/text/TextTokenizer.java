package dev.querent.text;

import java.util.List;

/** Text to ids and back. */
public interface TextTokenizer {

    /** Ids of a text with the family's special tokens around it; empty text gives the special tokens alone. */
    long[] encode(String text);

    /** Ids of a text without special tokens. */
    long[] encodePlain(String text);

    /** Text of ids, special tokens left out. */
    String decode(long[] ids);

    /**
     * The id of a token.
     *
     * @throws IllegalArgumentException where the vocabulary lacks it
     */
    long id(String token);

    /** Number of ids V. */
    int size();

    /** The {@code tokenizer.json} that describes it. */
    String json();

    /** Whether decoding takes away the spaces that English writes none of, see {@link TidySpaces}. */
    boolean tidies();

    /** The same tokenizer with a special token that gets the next id; an equal one where it has that already. */
    TextTokenizer withToken(String token);

    /**
     * The same tokenizer with a special token spelt otherwise.
     *
     * @param token one that isn't put around texts
     */
    TextTokenizer respelt(String token, String spelling);

    /**
     * Ids of a text with special tokens, cut to a number of tokens: the text loses its end, special tokens behind it stay.
     */
    long[] encode(String text, int maxTokens);

    /** Ids of several texts, each cut to a number of tokens as {@link #encode(String, int)} does. */
    default TokenBatch encode(List<String> texts, int maxTokens, long padId) {
        return TokenBatch.padRight(
                texts.stream().map(text -> encode(text, maxTokens)).toList(), padId);
    }
}
