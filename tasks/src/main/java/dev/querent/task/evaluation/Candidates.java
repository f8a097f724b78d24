package dev.querent.task.evaluation;

import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * What is best by similarity, and therefore scored by ITM: for each image k texts, for each text k images; beside them, for each image
 * its first caption and two wrong texts. Takes memory for these, not for all similarities.
 */
final class Candidates {

    /** Recalls look at no more places, so these are kept even where fewer are ranked anew. */
    static final int DEPTH = 10;

    private final Gallery gallery;
    private final int best;
    private final Shortlist[] texts;
    private final Shortlist[] images;
    private final int[] hardest;
    private final int[] random;
    private final int[][] asking; // of each image: the texts that it is a candidate of

    private static final int NONE = -1;

    /**
     * Chooses them; reads all similarities once.
     *
     * @param best k in both directions, cut at the gallery's size
     */
    Candidates(SeenImages seen, int best, RunSeed seed) {
        gallery = seen.gallery();
        this.best = best;
        int images = gallery.images();
        int texts = gallery.texts().size();
        this.texts = lists(images, texts);
        this.images = lists(texts, images);
        hardest = new int[images];
        random = new int[images];
        seen.forEach(0, images, (image, similarities) -> {
            for (int text = 0; text < texts; text++) {
                this.texts[image].offer(text, similarities[text]);
                this.images[text].offer(image, similarities[text]);
            }
            chooseWrong(image, similarities, seed.generator(Purpose.HARD_NEGATIVES, image));
        });
        int[][] asked = new int[texts][];
        Arrays.setAll(asked, text -> Arrays.copyOf(this.images[text].items(), imagesRanked()));
        asking = Gallery.transposed(asked, images);
    }

    private Shortlist[] lists(int queries, int items) {
        Shortlist[] lists = new Shortlist[queries];
        Arrays.setAll(lists, query -> new Shortlist(Math.min(items, Math.max(best, DEPTH))));
        return lists;
    }

    private void chooseWrong(int image, float[] similarities, SplittableRandom generator) {
        int[] right = gallery.rightTexts(image);
        int wrong = similarities.length - right.length;
        hardest[image] = NONE;
        random[image] = NONE;
        if (wrong == 0) {
            return;
        }
        int left = generator.nextInt(wrong);
        int nextRight = 0;
        for (int text = 0; text < similarities.length; text++) {
            if (nextRight < right.length && right[nextRight] == text) {
                nextRight++;
                continue;
            }
            if (hardest[image] == NONE || similarities[text] > similarities[hardest[image]]) {
                hardest[image] = text;
            }
            if (left-- == 0) {
                random[image] = text;
            }
        }
    }

    /** How many texts are ranked anew for each image. */
    int textsRanked() {
        return Math.min(best, gallery.texts().size());
    }

    /** How many images are ranked anew for each text. */
    int imagesRanked() {
        return Math.min(best, gallery.images());
    }

    /** The texts of an image, at least those that are ranked anew. */
    Shortlist texts(int image) {
        return texts[image];
    }

    /** The images of a text, at least those that are ranked anew. */
    Shortlist images(int text) {
        return images[text];
    }

    /** The wrong text that is most similar to an image; none where every text is right. */
    OptionalInt hardest(int image) {
        return hardest[image] == NONE ? OptionalInt.empty() : OptionalInt.of(hardest[image]);
    }

    /** A random wrong text of an image; none where every text is right. */
    OptionalInt random(int image) {
        return random[image] == NONE ? OptionalInt.empty() : OptionalInt.of(random[image]);
    }

    /** All texts that an image is to be matched with, rising. */
    int[] toMatch(int image) {
        TreeSet<Integer> all = new TreeSet<>();
        Arrays.stream(asking[image]).forEach(all::add);
        Arrays.stream(texts[image].items()).limit(textsRanked()).forEach(all::add);
        all.add(gallery.firstText(image));
        hardest(image).ifPresent(all::add);
        random(image).ifPresent(all::add);
        return all.stream().mapToInt(text -> text).toArray();
    }
}
