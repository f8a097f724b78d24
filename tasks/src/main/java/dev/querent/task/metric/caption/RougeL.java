package dev.querent.task.metric.caption;

import java.util.List;

/**
 * ROUGE-L as coco-caption computes it: precision and recall of the longest common subsequence, the best of each over the
 * references, not necessarily of the same one.
 */
public final class RougeL {

    private static final double BETA = 1.2;

    private RougeL() {}

    /** Mean over the captions, 0 to 1. */
    public static double score(List<TokenizedCaption> captions) {
        return captions.stream()
                .mapToDouble(RougeL::score)
                .average()
                .orElseThrow(() -> new IllegalArgumentException("no captions to score"));
    }

    /** Of one caption, 0 to 1. */
    public static double score(TokenizedCaption caption) {
        String[] candidate = caption.candidate().split(" ", -1); // an empty text is one empty token there
        double precision = 0;
        double recall = 0;
        for (String text : caption.references()) {
            String[] reference = text.split(" ", -1);
            double common = commonSubsequence(candidate, reference);
            precision = Math.max(precision, common / candidate.length);
            recall = Math.max(recall, common / reference.length);
        }
        if (precision == 0 || recall == 0) {
            return 0;
        }
        double weight = BETA * BETA;
        return (1 + weight) * precision * recall / (recall + weight * precision);
    }

    private static int commonSubsequence(String[] one, String[] other) {
        int[] before = new int[other.length + 1];
        for (String token : one) {
            int[] row = new int[other.length + 1];
            for (int i = 0; i < other.length; i++) {
                row[i + 1] = token.equals(other[i]) ? before[i] + 1 : Math.max(before[i + 1], row[i]);
            }
            before = row;
        }
        return before[other.length];
    }
}
