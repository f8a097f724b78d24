package dev.querent.language.opt;

import dev.querent.model.LanguageInput;
import dev.querent.nn.Tensors;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Texts as OPT reads them: {@code </s> prefix target newline}. Prefix and target are joined by one space, so that a
 * byte-level tokenizer gives the target's first word the token it has in running text.
 */
final class OptText {

    /** Rows of the position table before the first position; row 1 is where padding ends up. */
    static final int POSITION_OFFSET = 2;

    private final TextTokenizer tokenizer;
    private final long pad;
    private final long begin;
    private final long end;

    OptText(TextTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        pad = tokenizer.id("<pad>");
        begin = tokenizer.id("</s>");
        long[] newline = tokenizer.encodePlain("\n");
        if (newline.length != 1) {
            throw new IllegalArgumentException(
                    "an OPT tokenizer needs one token for a line break, which ends a text; found " + newline.length);
        }
        end = newline[0];
    }

    /** The token that ends a text: the line break, as in BLIP-2, not {@code </s>}, which begins it. */
    long end() {
        return end;
    }

    /**
     * Texts to train on.
     *
     * @param tokens (B, T), padded on the right
     * @param targets (B, T), {@link Tensors#IGNORED_TARGET} where a token is not to be predicted
     */
    record Training(TokenBatch tokens, long[][] targets) {}

    /**
     * Texts of at most {@code longest} tokens, everything included: a longer target loses its end, a prefix that leaves
     * the target no room its beginning.
     */
    Training training(boolean prompted, List<String> before, List<String> after, int longest) {
        List<long[]> texts = new ArrayList<>();
        List<long[]> targets = new ArrayList<>();
        for (int row = 0; row < before.size(); row++) {
            long[] prefix = last(prefix(before.get(row)), Math.max(0, longest - 2));
            String space = prefix.length == 0 ? "" : " ";
            String target = after.get(row).strip().replaceAll("\\s+", " ");
            long[] goal = join(target.isEmpty() ? new long[0] : tokenizer.encodePlain(space + target), end);
            goal = Arrays.copyOf(goal, Math.min(goal.length, longest - 1 - prefix.length));
            texts.add(join(join(new long[] {begin}, prefix), goal));
            targets.add(join(join(new long[] {beginTarget(prompted, prefix)}, ignored(prefix.length)), goal));
        }
        return new Training(
                TokenBatch.padRight(texts, pad),
                TokenBatch.padRight(targets, Tensors.IGNORED_TARGET).ids());
    }

    /** Behind a soft prompt and with no prefix the begin token is itself predicted: BLIP-2's loss counts it. */
    private long beginTarget(boolean prompted, long[] prefix) {
        return prompted && prefix.length == 0 ? begin : Tensors.IGNORED_TARGET;
    }

    /** Begin token and prefix of each row, padded on the left, so that every row's next token comes at the same place. */
    TokenBatch decoding(LanguageInput input) {
        return TokenBatch.padLeft(
                input.prefixes().stream()
                        .map(prefix -> join(new long[] {begin}, prefix(prefix)))
                        .toList(),
                pad);
    }

    private long[] prefix(String prefix) {
        return prefix.isBlank() ? new long[0] : tokenizer.encodePlain(prefix.strip());
    }

    /**
     * Rows of the position table: a position is the number of tokens before it that are not padding, so padding takes no
     * position, and padding itself reads row 1.
     *
     * @param keyMask (B, keys)
     * @return (B, last)
     */
    static long[][] positions(long[][] keyMask, int last) {
        long[][] positions = new long[keyMask.length][last];
        for (int row = 0; row < keyMask.length; row++) {
            long[] mask = keyMask[row];
            long seen = 0;
            for (int key = 0; key < mask.length; key++) {
                seen += mask[key];
                int place = key - (mask.length - last);
                if (place >= 0) {
                    positions[row][place] = seen * mask[key] - 1 + POSITION_OFFSET;
                }
            }
        }
        return positions;
    }

    /** (B, Q + T): ones for the soft prompt, then the tokens' mask. */
    static long[][] keyMask(int promptLength, long[][] mask) {
        return Arrays.stream(mask).map(row -> join(ones(promptLength), row)).toArray(long[][]::new);
    }

    static long[] join(long[] first, long... second) {
        return LongStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    private static long[] ones(int length) {
        return LongStream.generate(() -> 1).limit(length).toArray();
    }

    private static long[] ignored(int length) {
        return LongStream.generate(() -> Tensors.IGNORED_TARGET).limit(length).toArray();
    }

    private static long[] last(long[] ids, int most) {
        return Arrays.copyOfRange(ids, Math.max(0, ids.length - most), ids.length);
    }
}
