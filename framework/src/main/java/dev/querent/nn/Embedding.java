package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** A table of vectors. Parameter: {@code weight} (rows, D). */
public final class Embedding {

    private final NDArray weight;

    public Embedding(ParameterScope scope, long rows, long width, Initializer initializer) {
        this(scope, rows, width, initializer, ParameterScope.Fit.NONE);
    }

    /**
     * @param fit for stored tables with another number of rows
     */
    public Embedding(ParameterScope scope, long rows, long width, Initializer initializer, ParameterScope.Fit fit) {
        weight = scope.parameter("weight", initializer, fit, rows, width);
    }

    /**
     * @param ids (...) int64
     * @return (..., D)
     */
    public NDArray forward(NDArray ids) {
        return Tensors.LAYERS.call(ids.getManager(), "embedding", ids, weight);
    }

    /** The table, for a tied head. */
    public NDArray weight() {
        return weight;
    }
}
