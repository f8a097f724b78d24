package dev.querent.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;

/** What training minimises. */
public interface Objective {

    /**
     * The loss of one optimiser step's batch. A function of the step and the parameters only: nothing is remembered between
     * calls, so that a resumed run repeats an unbroken one.
     *
     * @param step counted from 0
     * @param manager owns everything computed; closed after the step
     */
    Loss loss(long step, NDManager manager);

    /**
     * A loss and what is logged beside it.
     *
     * @param total () fp32, on the graph
     * @param parts named scalars () for the metrics log
     */
    record Loss(NDArray total, Map<String, NDArray> parts) {}
}
