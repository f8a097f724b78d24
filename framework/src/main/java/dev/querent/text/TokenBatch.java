package dev.querent.text;

import java.util.Arrays;
import java.util.List;

/**
 * Token ids of several texts, padded to one length.
 *
 * @param ids (B, T)
 * @param mask (B, T), 1 for a token, 0 for padding
 */
public record TokenBatch(long[][] ids, long[][] mask) {

    /** Texts of any lengths, padded on the right. A text may be empty; T is at least 1. */
    public static TokenBatch padRight(List<long[]> texts, long padId) {
        return pad(texts, padId, false);
    }

    /** Texts of any lengths, padded on the left, as decoder-only generation wants them. */
    public static TokenBatch padLeft(List<long[]> texts, long padId) {
        return pad(texts, padId, true);
    }

    private static TokenBatch pad(List<long[]> texts, long padId, boolean left) {
        int longest = 1;
        for (long[] text : texts) {
            longest = Math.max(longest, text.length);
        }
        long[][] ids = new long[texts.size()][longest];
        long[][] mask = new long[texts.size()][longest];
        for (int row = 0; row < ids.length; row++) {
            long[] text = texts.get(row);
            int offset = left ? longest - text.length : 0;
            Arrays.fill(ids[row], padId);
            System.arraycopy(text, 0, ids[row], offset, text.length);
            Arrays.fill(mask[row], offset, offset + text.length, 1);
        }
        return new TokenBatch(ids, mask);
    }

    /**
     * Some of the texts, in the given order, some perhaps several times.
     *
     * @return (R, T)
     */
    public TokenBatch select(int... rows) {
        return new TokenBatch(
                Arrays.stream(rows).mapToObj(row -> ids[row]).toArray(long[][]::new),
                Arrays.stream(rows).mapToObj(row -> mask[row]).toArray(long[][]::new));
    }

    /**
     * The same texts without the columns behind the longest, which are padding in all of them; for texts padded on the right.
     *
     * @return (B, T'), T' at least 1
     */
    public TokenBatch shortened() {
        int longest = 1;
        for (long[] row : mask) {
            longest = Math.max(longest, (int) Arrays.stream(row).sum());
        }
        int kept = longest;
        return new TokenBatch(
                Arrays.stream(ids).map(row -> Arrays.copyOf(row, kept)).toArray(long[][]::new),
                Arrays.stream(mask).map(row -> Arrays.copyOf(row, kept)).toArray(long[][]::new));
    }

    /** Number of tokens without padding. */
    public long tokens() {
        return Arrays.stream(mask).flatMapToLong(Arrays::stream).sum();
    }

    /** Number of texts B. */
    public int rows() {
        return ids.length;
    }

    /** Padded length T. */
    public int length() {
        return ids.length == 0 ? 0 : ids[0].length;
    }
}
