package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.RepresentationLearner;
import dev.querent.text.TokenBatch;
import java.util.List;

/**
 * B image-text pairs as the stage-1 objectives see them: image and text each looked at once, similarities computed once.
 *
 * @param step seeds the choice of negatives
 * @param view the images
 * @param texts (B, T), text i belongs to image i
 * @param imageToText (B, B) similarity of image i and text j: the largest over the queries, divided by the temperature
 * @param textToImage (B, B) similarity of text i and image j; the transpose of {@code imageToText} on one device
 * @param same whether image i and text j say the same although they come from different samples, i.e. are no negatives
 */
public record PairBatch(
        long step,
        RepresentationLearner.ImageView view,
        TokenBatch texts,
        NDArray imageToText,
        NDArray textToImage,
        boolean[][] same) {

    /**
     * Looks at a batch.
     *
     * @param features (B, N, Dv)
     * @param captions B texts
     * @param groups B groups; pairs of one group, or with one caption, are no negatives of each other
     */
    public static PairBatch of(
            long step, RepresentationLearner learner, NDArray features, List<String> captions, List<String> groups) {
        NDManager manager = features.getManager();
        RepresentationLearner.ImageView view = learner.look(features);
        TokenBatch texts = learner.encode(captions);
        NDArray images = view.embeddings(); // (B, Q, E)
        NDArray textEmbeddings = learner.embedText(manager, texts); // (B, E)
        NDArray similarity = similarity(images, textEmbeddings, learner.temperature());
        return new PairBatch(step, view, texts, similarity, similarity.transpose(), same(captions, groups));
    }

    /**
     * Similarities of images and texts.
     *
     * @param images (B, Q, E) of unit length
     * @param texts (C, E) of unit length
     * @param temperature ()
     * @return (B, C) the largest over the queries, divided by the temperature
     */
    public static NDArray similarity(NDArray images, NDArray texts, NDArray temperature) {
        return images.matMul(texts.transpose()).max(new int[] {1}).div(temperature);
    }

    /** Which pairs say the same, of one group or with one caption: (B, B). */
    public static boolean[][] same(List<String> captions, List<String> groups) {
        int rows = captions.size();
        boolean[][] same = new boolean[rows][rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < rows; j++) {
                same[i][j] =
                        groups.get(i).equals(groups.get(j)) || captions.get(i).equals(captions.get(j));
            }
        }
        return same;
    }

    /** Number of pairs B. */
    public int rows() {
        return same.length;
    }
}
