package dev.querent.task.metric.caption;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BLEU-1 to BLEU-4 as coco-caption counts them: totals over the corpus, the reference closest in length (the shorter of two),
 * and two small constants in place of zeros, so that a corpus without a matching run of four tokens scores little instead of
 * nothing.
 */
public final class Bleu {

    private static final double TINY = 1e-15;
    private static final double SMALL = 1e-9;

    private final long[] guessed = new long[NGrams.LONGEST];
    private final long[] correct = new long[NGrams.LONGEST];
    private long candidateLength;
    private long referenceLength;

    private Bleu() {}

    /**
     * Scores a corpus.
     *
     * @return BLEU-1, BLEU-2, BLEU-3, BLEU-4, each 0 to 1
     */
    public static double[] score(List<TokenizedCaption> captions) {
        if (captions.isEmpty()) {
            throw new IllegalArgumentException("no captions to score");
        }
        Bleu totals = new Bleu();
        captions.forEach(totals::add);
        return totals.scores();
    }

    private void add(TokenizedCaption caption) {
        NGrams candidate = new NGrams(caption.candidate());
        Map<List<String>, Integer> most = new HashMap<>();
        int closest = -1;
        for (String reference : caption.references()) {
            NGrams grams = new NGrams(reference);
            grams.counts().forEach((gram, count) -> most.merge(gram, count, Math::max));
            if (closest < 0 || isCloser(grams.tokens(), closest, candidate.tokens())) {
                closest = grams.tokens();
            }
        }
        candidateLength += candidate.tokens();
        referenceLength += closest;
        for (int length = 1; length <= NGrams.LONGEST; length++) {
            guessed[length - 1] += Math.max(0, candidate.tokens() - length + 1);
        }
        candidate
                .counts()
                .forEach((gram, count) -> correct[gram.size() - 1] += Math.min(count, most.getOrDefault(gram, 0)));
    }

    private static boolean isCloser(int length, int than, int to) {
        int difference = Math.abs(length - to) - Math.abs(than - to);
        return difference < 0 || (difference == 0 && length < than);
    }

    private double[] scores() {
        return scores(correct, guessed, candidateLength, referenceLength);
    }

    /** From totals. */
    static double[] scores(long[] correct, long[] guessed, long candidateLength, long referenceLength) {
        double ratio = (candidateLength + TINY) / (referenceLength + SMALL);
        double brevity = ratio < 1 ? Math.exp(1 - 1 / ratio) : 1;
        double[] scores = new double[NGrams.LONGEST];
        double product = 1;
        for (int n = 0; n < scores.length; n++) {
            product *= (correct[n] + TINY) / (guessed[n] + SMALL);
            scores[n] = Math.pow(product, 1.0 / (n + 1)) * brevity;
        }
        return scores;
    }
}
