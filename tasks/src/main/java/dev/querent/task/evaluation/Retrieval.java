package dev.querent.task.evaluation;

import dev.querent.task.metric.BalancedAccuracy;
import dev.querent.task.metric.RecallAtK;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Scores of all images and texts of a gallery, and what follows from them. */
final class Retrieval {

    /** Lowers what was not scored by ITM below all that was, in its ITC order. */
    private static final float NOT_CANDIDATE = -1000;

    private final Gallery gallery;

    /** (images, T): the largest cosine of an image's queries with a text. */
    private final float[][] similarity;

    /** Logits "no match", "match" by pair. */
    private final Map<Pair, float[]> matches = new HashMap<>();

    /** An image and a text, by index. */
    record Pair(int image, int text) {}

    Retrieval(Gallery gallery, float[][] similarity) {
        this.gallery = gallery;
        this.similarity = similarity;
    }

    /** The texts to be scored by ITM with each image: its best ones, and those for which it is among the best images. */
    List<Set<Integer>> candidates(int best) {
        List<Set<Integer>> texts = new ArrayList<>();
        for (float[] row : similarity) {
            texts.add(new LinkedHashSet<>(bestOf(row, best)));
        }
        for (int text = 0; text < gallery.texts().size(); text++) {
            for (int image : bestOf(imagesOf(text), best)) {
                texts.get(image).add(text);
            }
        }
        return texts;
    }

    /** Each image's first caption, the hardest wrong text and a random wrong one; none for an image without a wrong text. */
    record Negatives(int matched, int hardest, int random) {}

    /** The pairs on which ITM's accuracy is measured; empty for an image for which every text is right. */
    java.util.Optional<Negatives> negatives(int image, Supplier<SplittableRandom> random) {
        int[] wrong = IntStream.range(0, gallery.texts().size())
                .filter(text -> !gallery.belong(image, text))
                .toArray();
        if (wrong.length == 0) {
            return java.util.Optional.empty();
        }
        int hardest = wrong[0];
        for (int text : wrong) {
            if (similarity[image][text] > similarity[image][hardest]) {
                hardest = text;
            }
        }
        return java.util.Optional.of(new Negatives(
                gallery.firstText(image), hardest, wrong[random.get().nextInt(wrong.length)]));
    }

    void matched(Pair pair, float noMatch, float match) {
        matches.put(pair, new float[] {noMatch, match});
    }

    /** Counts a pair's decision. */
    BalancedAccuracy count(BalancedAccuracy counted, int image, int text) {
        float[] logits = java.util.Objects.requireNonNull(matches.get(new Pair(image, text)));
        boolean said = logits[1] > logits[0];
        boolean truth = gallery.belong(image, text);
        return counted.with(truth, said == truth);
    }

    /** The rank of each image's best right text. */
    List<Integer> textRanks(boolean byMatching, int best) {
        List<Integer> ranks = new ArrayList<>();
        for (int image = 0; image < similarity.length; image++) {
            int query = image;
            float[] scores = similarity[image];
            if (byMatching) {
                scores = reranked(scores, best, text -> new Pair(query, text));
            }
            ranks.add(RecallAtK.rank(scores, text -> gallery.belong(query, text)));
        }
        return ranks;
    }

    /** The rank of each text's best right image. */
    List<Integer> imageRanks(boolean byMatching, int best) {
        List<Integer> ranks = new ArrayList<>();
        for (int text = 0; text < gallery.texts().size(); text++) {
            int query = text;
            float[] scores = imagesOf(text);
            if (byMatching) {
                scores = reranked(scores, best, image -> new Pair(image, query));
            }
            ranks.add(RecallAtK.rank(scores, image -> gallery.belong(image, query)));
        }
        return ranks;
    }

    /** The text that an image finds first. */
    int firstFound(int image, boolean byMatching, int best) {
        float[] scores = similarity[image];
        return bestOf(byMatching ? reranked(scores, best, text -> new Pair(image, text)) : scores, 1)
                .get(0);
    }

    private float[] reranked(float[] scores, int best, java.util.function.IntFunction<Pair> pair) {
        float[] result = new float[scores.length];
        for (int item = 0; item < scores.length; item++) {
            result[item] = scores[item] + NOT_CANDIDATE;
        }
        for (int item : bestOf(scores, best)) {
            float[] logits = java.util.Objects.requireNonNull(matches.get(pair.apply(item)));
            result[item] = scores[item] + logits[1];
        }
        return result;
    }

    private float[] imagesOf(int text) {
        float[] scores = new float[similarity.length];
        for (int image = 0; image < scores.length; image++) {
            scores[image] = similarity[image][text];
        }
        return scores;
    }

    /** Indices of the largest scores, best first; of equal ones the lower index. */
    private static List<Integer> bestOf(float[] scores, int count) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer item) -> -scores[item]))
                .limit(count)
                .toList();
    }
}
