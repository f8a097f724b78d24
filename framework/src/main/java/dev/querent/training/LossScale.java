package dev.querent.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * What the loss is multiplied by before the backward pass, so that small gradients don't vanish in fp16's range (arXiv 1710.03740,
 * section 3.2). The numbers are those of torch's {@code GradScaler}: halved by a gradient that overflows, doubled after as many
 * steps without one. A power of two changes no digit of a gradient.
 */
final class LossScale implements AutoCloseable {

    static final int STEPS_TO_DOUBLE = 2000;

    private static final double FIRST = 65536;
    private static final double SMALLEST = 1;

    private final NDManager manager = Torch.newManager();
    private final NDArray state = Torch.tensor(manager, FloatBuffer.wrap(new float[] {(float) FIRST, 0}), 2);

    double value() {
        return state.getFloat(0);
    }

    /** After a step whose gradient was finite. */
    void passed() {
        float steps = state.getFloat(1) + 1;
        if (steps == STEPS_TO_DOUBLE) {
            set(value() * 2, 0);
        } else {
            set(value(), steps);
        }
    }

    /**
     * After a step whose gradient was not finite.
     *
     * @return whether a smaller scale may help; otherwise nothing has changed and the fault lies elsewhere
     */
    boolean overflowed() {
        if (value() <= SMALLEST) {
            return false;
        }
        set(value() / 2, 0);
        return true;
    }

    private void set(double scale, float steps) {
        try (NDArray next = Torch.tensor(manager, FloatBuffer.wrap(new float[] {(float) scale, steps}), 2)) {
            Torch.copy(next, state);
        }
    }

    /** What a checkpoint keeps: the scale and the finite steps since it last changed, (2) fp32. */
    Map<String, NDArray> state() {
        return Map.of("loss-scale", state);
    }

    @Override
    public void close() {
        manager.close();
    }
}
