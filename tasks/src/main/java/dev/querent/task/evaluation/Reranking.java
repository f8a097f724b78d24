package dev.querent.task.evaluation;

import dev.querent.task.metric.BalancedAccuracy;
import java.util.OptionalInt;

/**
 * What each query finds first when its candidates are sorted by the logit of "match" plus the similarity; all others stay behind
 * them in the order of their similarity. Equal scores keep the gallery's order.
 */
final class Reranking {

    private final Gallery gallery;
    private final Candidates candidates;
    private final int[][] texts;
    private final int[][] images;
    private final float[][] imageScores;
    private BalancedAccuracy hardest = BalancedAccuracy.NONE;
    private BalancedAccuracy random = BalancedAccuracy.NONE;

    Reranking(Candidates candidates, RetrievalParts parts, SeenImages seen) {
        gallery = seen.gallery();
        this.candidates = candidates;
        texts = new int[gallery.images()][];
        images = new int[gallery.texts().size()][];
        imageScores = new float[images.length][candidates.imagesRanked()];
        MatchedTexts.forEach(parts, seen, this::add);
        for (int text = 0; text < images.length; text++) {
            images[text] = ordered(candidates.images(text), imageScores[text]);
        }
    }

    private void add(int image, MatchedTexts matched) {
        Shortlist list = candidates.texts(image);
        float[] scores = new float[candidates.textsRanked()];
        for (int place = 0; place < scores.length; place++) {
            scores[place] = matched.match()[matched.place(list.item(place))] + list.score(place);
        }
        texts[image] = ordered(list, scores);
        for (int i = 0; i < matched.texts().length; i++) {
            int text = matched.texts()[i];
            int place = candidates.images(text).place(image, candidates.imagesRanked());
            if (place >= 0) {
                imageScores[text][place] =
                        matched.match()[i] + candidates.images(text).score(place);
            }
        }
        count(image, matched);
    }

    private void count(int image, MatchedTexts matched) {
        OptionalInt hard = candidates.hardest(image);
        OptionalInt drawn = candidates.random(image);
        if (hard.isPresent() && drawn.isPresent()) {
            boolean accepted = matched.accepts(gallery.firstText(image));
            hardest = hardest.with(true, accepted).with(false, !matched.accepts(hard.getAsInt()));
            random = random.with(true, accepted).with(false, !matched.accepts(drawn.getAsInt()));
        }
    }

    /** The items of a list, the first ones by these scores, the others as they are. */
    private static int[] ordered(Shortlist list, float[] scores) {
        Shortlist anew = new Shortlist(scores.length);
        for (int place = 0; place < scores.length; place++) {
            anew.offer(list.item(place), scores[place]);
        }
        int[] ordered = list.items();
        System.arraycopy(anew.items(), 0, ordered, 0, scores.length);
        return ordered;
    }

    /** The first texts that an image finds: at least all candidates, and ten where there are so many. */
    int[] texts(int image) {
        return texts[image];
    }

    /** The first images that a text finds, as many. */
    int[] images(int text) {
        return images[text];
    }

    /** ITM's decisions on each image's first caption and the wrong text most similar to it. */
    BalancedAccuracy hardest() {
        return hardest;
    }

    /** ITM's decisions on each image's first caption and a random wrong text. */
    BalancedAccuracy random() {
        return random;
    }
}
