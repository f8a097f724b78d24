package dev.querent.task.metric.caption;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CIDEr-D (arXiv 1411.5726, section 6), which coco-caption prints as CIDEr: cosines of tf-idf vectors of n-grams, clipped, and
 * damped where the lengths differ; no stemming. What a rare n-gram is depends on the corpus of references, so a score of some
 * images is not their part of the score of all.
 */
public final class CiderD {

    private static final double SIGMA = 6;

    private final Map<List<String>, Integer> documents = new HashMap<>();
    private final double logSize;

    /**
     * Counts in how many images' references an n-gram occurs.
     *
     * @param corpus for each image its tokenised references, usually those that are scored
     */
    public CiderD(List<List<String>> corpus) {
        if (corpus.isEmpty()) {
            throw new IllegalArgumentException("no captions to score");
        }
        for (List<String> references : corpus) {
            Set<List<String>> seen = new HashSet<>();
            references.forEach(
                    reference -> seen.addAll(new NGrams(reference).counts().keySet()));
            seen.forEach(gram -> documents.merge(gram, 1, Integer::sum));
        }
        logSize = Math.log(corpus.size());
    }

    /** With the references of the captions that are scored as corpus. */
    public static CiderD of(List<TokenizedCaption> captions) {
        return new CiderD(captions.stream().map(TokenizedCaption::references).toList());
    }

    /** Mean over captions, 0 to 10. */
    public double score(List<TokenizedCaption> captions) {
        return captions.stream()
                .mapToDouble(this::score)
                .average()
                .orElseThrow(() -> new IllegalArgumentException("no captions to score"));
    }

    /** Of one caption, 0 to 10. */
    public double score(TokenizedCaption caption) {
        Vector candidate = new Vector(caption.candidate());
        double sum = 0;
        for (String text : caption.references()) {
            Vector reference = new Vector(text);
            double lengths = candidate.bigrams - reference.bigrams; // as there, not tokens
            sum += candidate.similarity(reference) * Math.exp(-lengths * lengths / (2 * SIGMA * SIGMA));
        }
        return 10 * sum / caption.references().size();
    }

    private final class Vector {
        private final List<Map<List<String>, Double>> weights = new ArrayList<>(); // by length of the n-gram
        private final double[] norms = new double[NGrams.LONGEST];
        private final int bigrams;

        Vector(String tokenized) {
            NGrams grams = new NGrams(tokenized);
            bigrams = Math.max(0, grams.tokens() - 1);
            for (int n = 0; n < NGrams.LONGEST; n++) {
                weights.add(new HashMap<>());
            }
            grams.counts().forEach((gram, count) -> {
                int n = gram.size() - 1;
                double rarity = logSize - Math.log(Math.max(1, documents.getOrDefault(gram, 0)));
                weights.get(n).put(gram, count * rarity);
                norms[n] += count * rarity * count * rarity;
            });
            for (int n = 0; n < NGrams.LONGEST; n++) {
                norms[n] = Math.sqrt(norms[n]);
            }
        }

        /** Mean of the cosines over the lengths of n-grams. */
        double similarity(Vector reference) {
            double sum = 0;
            for (int n = 0; n < NGrams.LONGEST; n++) {
                double norm = norms[n] * reference.norms[n];
                if (norm != 0) {
                    Map<List<String>, Double> theirs = reference.weights.get(n);
                    double product = 0;
                    for (Map.Entry<List<String>, Double> own : weights.get(n).entrySet()) {
                        double other = theirs.getOrDefault(own.getKey(), 0.0);
                        product += Math.min(own.getValue(), other) * other;
                    }
                    sum += product / norm;
                }
            }
            return sum / NGrams.LONGEST;
        }
    }
}
