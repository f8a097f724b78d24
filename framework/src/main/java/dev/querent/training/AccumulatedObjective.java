package dev.querent.training;

import ai.djl.ndarray.NDManager;
import java.util.List;

/** An objective whose batch is too large for one pass: the gradients of several passes add up to the batch's. */
@FunctionalInterface
public interface AccumulatedObjective {

    /**
     * The passes of one optimiser step, in order. As in {@link Objective#loss}, nothing is remembered between steps; what the
     * passes of one step share belongs to {@code manager}.
     *
     * @param step counted from 0
     * @param manager closed after the step
     */
    List<Pass> passes(long step, NDManager manager);

    /** One forward and backward pass; each is computed, differentiated and freed before the next. */
    @FunctionalInterface
    interface Pass {

        /**
         * A part of the batch's loss: totals and parts of all passes add up to those of the batch.
         *
         * @param manager owns everything computed; closed after the pass
         */
        Objective.Loss loss(NDManager manager);
    }
}
