package dev.querent.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Compares gradients with central finite differences. In fp32 a single element's difference drowns in rounding, so the
 * slope is taken along whole directions: the gradient's own, which shows its length, and random signs, which show its
 * direction.
 */
public final class GradientCheck {

    /** Length of a step along a direction of length 1: small against curvature, large against fp32's rounding. */
    private static final double STEP = 1e-2;

    /** Of the gradient's length: rounding (1e-7 of the loss over the step) and the loss's third derivative. */
    private static final double RELATIVE = 1e-2;

    private static final double ABSOLUTE = 1e-4;

    private static final int RANDOM_DIRECTIONS = 3;

    private GradientCheck() {}

    /**
     * Fails with the name of the first leaf whose gradient disagrees with the loss's slope.
     *
     * @param leaves fp32 tensors that the loss depends on; unchanged afterwards, and requiring no gradient
     * @param loss computes () from the leaves' current values with a manager that is closed afterwards; no randomness
     */
    public static void check(Map<String, NDArray> leaves, Function<NDManager, NDArray> loss) {
        Map<String, float[]> gradients = gradients(leaves, loss);
        leaves.forEach((name, leaf) -> {
            float[] gradient = gradients.get(name);
            double length = Math.sqrt(dot(gradient, gradient));
            compare(name + " along its gradient", leaf, gradient, gradient, length, loss);
            SplittableRandom random = new SplittableRandom(name.hashCode());
            for (int i = 0; i < RANDOM_DIRECTIONS; i++) {
                float[] signs = new float[gradient.length];
                for (int j = 0; j < signs.length; j++) {
                    signs[j] = random.nextBoolean() ? 1 : -1;
                }
                compare(name + " along random direction " + i, leaf, signs, gradient, length, loss);
            }
        });
    }

    /** Gradients by the backward pass; empty arrays are never returned: a leaf that no gradient reaches fails. */
    public static Map<String, float[]> gradients(Map<String, NDArray> leaves, Function<NDManager, NDArray> loss) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        leaves.values().forEach(leaf -> leaf.setRequiresGradient(true));
        try (Torch.GradientMode on = Torch.recordGradients();
                NDManager manager = Torch.newManager()) {
            Torch.backward(loss.apply(manager));
            leaves.forEach((name, leaf) -> {
                try (NDArray gradient =
                        Torch.gradient(leaf).orElseThrow(() -> new AssertionError("no gradient reaches " + name))) {
                    gradients.put(name, gradient.toFloatArray());
                }
            });
        } finally {
            leaves.values().forEach(leaf -> leaf.setRequiresGradient(false));
        }
        return gradients;
    }

    private static void compare(
            String what,
            NDArray leaf,
            float[] direction,
            float[] gradient,
            double gradientLength,
            Function<NDManager, NDArray> loss) {
        double length = Math.sqrt(dot(direction, direction));
        if (length == 0) {
            throw new AssertionError(what + ": the gradient is zero everywhere");
        }
        float[] start = leaf.toFloatArray();
        double slope =
                (at(leaf, start, direction, STEP / length, loss) - at(leaf, start, direction, -STEP / length, loss))
                        / (2 * STEP);
        set(leaf, start);
        double expected = dot(gradient, direction) / length;
        if (!(Math.abs(slope - expected) <= ABSOLUTE + RELATIVE * gradientLength)) {
            throw new AssertionError(what + ": the backward pass gives a slope of " + expected + ", finite differences "
                    + slope + " (gradient's length " + gradientLength + ")");
        }
    }

    private static double at(
            NDArray leaf, float[] start, float[] direction, double step, Function<NDManager, NDArray> loss) {
        float[] moved = new float[start.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (start[i] + step * direction[i]);
        }
        set(leaf, moved);
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager manager = Torch.newManager()) {
            return loss.apply(manager).getFloat();
        }
    }

    private static void set(NDArray leaf, float[] values) {
        try (NDManager manager = Torch.newManager()) {
            Torch.copy(manager.create(values, leaf.getShape()), leaf);
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
