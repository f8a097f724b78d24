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

    /** The same tokenizer with a special token that gets the next id; an equal one where it has that already. */
    TextTokenizer withToken(String token);

    /**
     * The same tokenizer with a special token spelt otherwise.
     *
     * @param token one that isn't put around texts
     */
    TextTokenizer respelt(String token, String spelling);

    /** Ids of several texts, each cut to a number of tokens (the last one kept is the text's own last, e.g. its end token). */
    default TokenBatch encode(List<String> texts, int maxTokens, long padId) {
        return TokenBatch.padRight(
                texts.stream().map(text -> cut(encode(text), maxTokens)).toList(), padId);
    }

    private static long[] cut(long[] ids, int maxTokens) {
        if (ids.length <= maxTokens) {
            return ids;
        }
        long[] cut = java.util.Arrays.copyOf(ids, maxTokens);
        cut[maxTokens - 1] = ids[ids.length - 1];
        return cut;
    }
}
