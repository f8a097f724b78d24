package dev.querent.task.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rank of each query's best right item, from 0 on, by similarity and after re-ranking. A query without a right item has the
 * gallery's size as its rank.
 *
 * @param itcTexts of each image's best text
 * @param itcImages of each text's best image
 */
record RetrievalRanks(
        List<Integer> itcTexts, List<Integer> itcImages, List<Integer> itmTexts, List<Integer> itmImages) {

    /** Of the images from {@code start} to before {@code end} with the texts that they brought, as if there were no others. */
    static RetrievalRanks among(SeenImages seen, Reranking reranking, int start, int end) {
        return new Ranking(seen, reranking, start, end).ranks();
    }

    private static final class Ranking {
        private static final int NONE = -1;

        private final SeenImages seen;
        private final Reranking reranking;
        private final Gallery gallery;
        private final int start;
        private final int end;
        private final int textStart;
        private final int textEnd;

        Ranking(SeenImages seen, Reranking reranking, int start, int end) {
            this.seen = seen;
            this.reranking = reranking;
            gallery = seen.gallery();
            this.start = start;
            this.end = end;
            textStart = gallery.textsBefore(start);
            textEnd = gallery.textsBefore(end);
        }

        RetrievalRanks ranks() {
            int[] texts = new int[end - start];
            int[] right = new int[textEnd - textStart]; // each text's best right image
            float[] score = new float[right.length];
            Arrays.fill(right, NONE);
            seen.forEach(start, end, (image, similarities) -> {
                texts[image - start] = textRank(image, similarities);
                for (int text : gallery.rightTexts(image)) {
                    int at = text - textStart;
                    if (at >= 0 && at < right.length && (right[at] == NONE || similarities[text] > score[at])) {
                        right[at] = image;
                        score[at] = similarities[text];
                    }
                }
            });
            int[] images = new int[right.length];
            for (int at = 0; at < right.length; at++) {
                images[at] = right[at] == NONE ? end - start : 0;
            }
            seen.forEach(start, end, (image, similarities) -> {
                for (int at = 0; at < right.length; at++) {
                    if (right[at] != NONE
                            && Shortlist.before(similarities[textStart + at], image, score[at], right[at])) {
                        images[at]++;
                    }
                }
            });
            return new RetrievalRanks(boxed(texts), boxed(images), rerankedTexts(texts), rerankedImages(images));
        }

        private int textRank(int image, float[] similarities) {
            int best = NONE;
            for (int text : gallery.rightTexts(image)) {
                if (text >= textStart && text < textEnd && (best == NONE || similarities[text] > similarities[best])) {
                    best = text;
                }
            }
            if (best == NONE) {
                return textEnd - textStart;
            }
            int rank = 0;
            for (int text = textStart; text < textEnd; text++) {
                rank += Shortlist.before(similarities[text], text, similarities[best], best) ? 1 : 0;
            }
            return rank;
        }

        private List<Integer> rerankedTexts(int[] bySimilarity) {
            List<Integer> ranks = new ArrayList<>();
            for (int image = start; image < end; image++) {
                ranks.add(rank(
                        reranking.texts(image),
                        gallery.rightTexts(image),
                        textStart,
                        textEnd,
                        bySimilarity[image - start]));
            }
            return ranks;
        }

        private List<Integer> rerankedImages(int[] bySimilarity) {
            List<Integer> ranks = new ArrayList<>();
            for (int text = textStart; text < textEnd; text++) {
                ranks.add(rank(
                        reranking.images(text), gallery.rightImages(text), start, end, bySimilarity[text - textStart]));
            }
            return ranks;
        }

        /** What isn't ranked anew has as many before it as by similarity: all that is ranked anew was before it. */
        private static int rank(int[] found, int[] right, int from, int to, int bySimilarity) {
            int before = 0;
            for (int item : found) {
                if (Arrays.binarySearch(right, item) >= 0 && item >= from && item < to) {
                    return before;
                }
                before += item >= from && item < to ? 1 : 0;
            }
            return bySimilarity;
        }

        private static List<Integer> boxed(int[] ranks) {
            return Arrays.stream(ranks).boxed().toList();
        }
    }
}
