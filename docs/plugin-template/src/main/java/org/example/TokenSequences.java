package org.example;

import dev.querent.nn.Tensors;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Texts as a {@link RunningMean} reads them: {@code <s> prefix target </s>}. */
final class TokenSequences {

    private final TextTokenizer tokenizer;
    private final int longest;
    private final long pad;
    private final long begin;
    private final long end;

    /**
     * @param longest tokens of a text in training, begin and end included; at least 2
     */
    TokenSequences(TextTokenizer tokenizer, int longest) {
        this.tokenizer = tokenizer;
        this.longest = longest;
        pad = tokenizer.id("<pad>");
        begin = tokenizer.id("<s>");
        end = tokenizer.id("</s>");
    }

    /**
     * Texts to train on.
     *
     * @param tokens (B, T), padded on the right
     * @param following (B, T - 1), of each token but the last the one to be predicted behind it, {@link Tensors#IGNORED_TARGET}
     *     where that is none of the target
     */
    record Training(TokenBatch tokens, long[][] following) {}

    /** A longer target loses its end, a prefix that leaves the target no room its beginning. */
    Training training(List<String> prefixes, List<String> targets) {
        List<long[]> texts = new ArrayList<>();
        List<long[]> following = new ArrayList<>();
        for (int row = 0; row < prefixes.size(); row++) {
            long[] prefix = tokenizer.encodePlain(prefixes.get(row));
            prefix = Arrays.copyOfRange(prefix, Math.max(0, prefix.length - (longest - 2)), prefix.length);
            long[] target = joined(tokenizer.encodePlain(targets.get(row)), end);
            target = Arrays.copyOf(target, Math.min(target.length, longest - 1 - prefix.length));
            texts.add(joined(joined(new long[] {begin}, prefix), target));
            long[] ignored = new long[prefix.length];
            Arrays.fill(ignored, Tensors.IGNORED_TARGET);
            following.add(joined(ignored, target));
        }
        return new Training(
                TokenBatch.padRight(texts, pad),
                TokenBatch.padRight(following, Tensors.IGNORED_TARGET).ids());
    }

    /** Begin token and prefix of each row, padded on the right. */
    TokenBatch prefixes(List<String> prefixes) {
        return TokenBatch.padRight(
                prefixes.stream()
                        .map(prefix -> joined(new long[] {begin}, tokenizer.encodePlain(prefix)))
                        .toList(),
                pad);
    }

    private static long[] joined(long[] first, long... second) {
        return LongStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }
}
