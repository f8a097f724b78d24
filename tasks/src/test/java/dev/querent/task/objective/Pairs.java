package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Tensors;
import dev.querent.text.TokenBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Images that say of a pair what a table holds, and remember what they were asked. Text i is the one token i.
 *
 * @param matching (B, B, 2) logits of image i and text j
 * @param asked pairs of image and text, in the order of the questions
 */
record Pairs(NDArray matching, List<List<Integer>> asked) implements RepresentationLearner.ImageView {

    static Pairs of(NDArray matching) {
        return new Pairs(matching, new ArrayList<>());
    }

    /** A batch in which only the given similarities and equalities matter. */
    static PairBatch batch(NDManager manager, Pairs view, float[][] similarities, boolean[][] same) {
        NDArray similarity = Tensors.ofFloats(manager, similarities);
        long[][] ids = new long[same.length][1];
        long[][] mask = new long[same.length][1];
        for (int i = 0; i < same.length; i++) {
            ids[i][0] = i;
            mask[i][0] = 1;
        }
        return new PairBatch(3, view, new TokenBatch(ids, mask), similarity, similarity.transpose(), same);
    }

    @Override
    public NDArray match(int[] images, TokenBatch texts) {
        int rows = (int) matching.getShape().get(0);
        int[] places = new int[images.length];
        for (int i = 0; i < images.length; i++) {
            int text = (int) texts.ids()[i][0];
            asked.add(List.of(images[i], text));
            places[i] = images[i] * rows + text;
        }
        NDArray flat = Tensors.reshape(matching.getManager(), matching, (long) rows * rows, 2);
        return Tensors.selectRows(flat, places);
    }

    @Override
    public NDArray captionLoss(TokenBatch texts, double labelSmoothing) {
        return matching.getManager().create((float) (texts.rows() + labelSmoothing));
    }

    @Override
    public NDArray embeddings() {
        throw new AssertionError("similarities are given");
    }

    @Override
    public NDArray queries() {
        throw new AssertionError("no objective reads the query outputs");
    }

    @Override
    public TextDecoder captioner() {
        throw new AssertionError("no objective decodes");
    }
}
