package dev.querent.nn.bert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/**
 * Fits tables with a row for each token to a vocabulary. BERT's lacks the last token, {@code [DEC]}, which BLIP-2 adds: its row is the
 * mean of the others (its bias 0). Published tables may have up to 63 rows more than tokens, to round their number up: these
 * are left out.
 */
public final class VocabularyRows implements ParameterScope.Fit {

    private static final int MOST_PADDING = 63;

    @Override
    public Optional<NDArray> fit(NDArray stored, long... shape) {
        Shape from = stored.getShape();
        if (from.dimension() != shape.length || (shape.length == 2 && from.get(1) != shape[1])) {
            return Optional.empty();
        }
        long surplus = from.get(0) - shape[0];
        if (surplus == -1) {
            NDArray row = shape.length == 1
                    ? stored.getManager().zeros(new Shape(1))
                    : stored.mean(new int[] {0}, true); // (1, D)
            return Optional.of(NDArrays.concat(new NDList(stored, row), 0));
        }
        return surplus > 0 && surplus <= MOST_PADDING
                ? Optional.of(stored.get(new NDIndex().addSliceDim(0, shape[0])).duplicate())
                : Optional.empty();
    }
}
