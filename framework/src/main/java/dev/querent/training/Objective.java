package dev.querent.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Recomputation;
import java.util.Map;
import java.util.function.Supplier;

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
     * @param rest goes on with the backward pass where that of {@code total} ends
     */
    record Loss(NDArray total, Map<String, NDArray> parts, Runnable rest) {

        /** A loss on one graph. */
        public Loss(NDArray total, Map<String, NDArray> parts) {
            this(total, parts, () -> {});
        }

        /** The same, whose backward pass goes on with something else in the end. */
        public Loss followedBy(Runnable more) {
            return new Loss(total, parts, () -> {
                rest.run();
                more.run();
            });
        }

        /**
         * A loss of less memory.
         *
         * @param recompute whether layers are computed twice instead of keeping what they computed
         */
        public static Loss of(boolean recompute, Supplier<Loss> loss) {
            if (!recompute) {
                return loss.get();
            }
            try (Recomputation recomputation = Recomputation.begin()) {
                Loss computed = loss.get();
                return new Loss(computed.total(), computed.parts(), recomputation::backward);
            }
        }
    }
}
