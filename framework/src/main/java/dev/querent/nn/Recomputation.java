package dev.querent.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Torch;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Activation recomputation (arXiv 1604.06174): layers that are applied through {@link Intermediates} leave no graph behind but their
 * input, and are computed once more, each just before its part of the backward pass. Takes effect on the thread that opened it,
 * until it is closed.
 *
 * <p>DJL has no autograd function of one's own. So the graph is cut in front of each layer: what a layer gives is a leaf. The
 * loss's backward pass ends at the last leaf, and {@link #backward} goes on from leaf to leaf.
 *
 * <p>A layer must give the same with and without gradients recorded. What several layers read beside their input has to be a leaf
 * or need no gradient, as the graph behind it is freed by the first of them.
 */
public final class Recomputation implements AutoCloseable {

    private static final ThreadLocal<Optional<Recomputation>> CURRENT = ThreadLocal.withInitial(Optional::empty);

    private final Deque<Segment> segments = new ArrayDeque<>();
    private final Set<NDArray> leaves = Collections.newSetFromMap(new IdentityHashMap<>());

    private Recomputation() {}

    /**
     * A part of the cut graph.
     *
     * @param input a leaf, or what needs no gradient; before a cut, the end of a graph
     * @param layer empty for a cut: the output has the input's values
     * @param seed of the layer's dropout
     */
    private record Segment(NDArray input, Optional<UnaryOperator<NDArray>> layer, NDArray output, long seed) {}

    /** From here on layers are recomputed. */
    public static Recomputation begin() {
        if (CURRENT.get().isPresent()) {
            throw new IllegalStateException("layers are being recomputed already");
        }
        Recomputation begun = new Recomputation();
        CURRENT.set(Optional.of(begun));
        return begun;
    }

    static Optional<Recomputation> current() {
        return CURRENT.get();
    }

    /** From here on layers keep their graphs again; {@link #backward} is still to come. */
    @Override
    public void close() {
        CURRENT.remove();
    }

    /**
     * Applies a layer without a graph.
     *
     * @return a leaf, owned by the manager of {@code x}
     */
    NDArray apply(NDArray x, UnaryOperator<NDArray> layer) {
        NDArray input = !leaves.contains(x) && Torch.isOnGraph(x) ? cut(x) : x;
        NDManager owner = x.getManager();
        long seed = drawn(owner);
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager inner = owner.newSubManager()) {
            NDArray output = leaf(within(inner, input, seed, layer));
            output.attach(owner);
            segments.add(new Segment(input, Optional.of(layer), output, seed));
            return output;
        }
    }

    private NDArray cut(NDArray x) {
        NDArray leaf = leaf(x);
        segments.add(new Segment(x, Optional.empty(), leaf, 0));
        return leaf;
    }

    private NDArray leaf(NDArray x) {
        NDArray leaf = x.stopGradient();
        leaf.setRequiresGradient(true);
        leaves.add(leaf);
        return leaf;
    }

    /** From dropout's own generator: whoever seeds a pass decides all its masks. */
    private static long drawn(NDManager owner) {
        try (NDArray number = owner.randomInteger(0, Long.MAX_VALUE, new Shape(1), DataType.INT64)) {
            return number.getLong(0);
        }
    }

    /** What the layer makes belongs to {@code inner}. */
    private static NDArray within(NDManager inner, NDArray input, long seed, UnaryOperator<NDArray> layer) {
        NDManager owner = input.getManager();
        Torch.seed(seed);
        input.attach(inner);
        try {
            return layer.apply(input);
        } finally {
            input.attach(owner);
        }
    }

    /** Goes on with the backward pass after that of the loss, through all layers from the last to the first. */
    public void backward() {
        try (Torch.GradientMode on = Torch.recordGradients()) {
            while (!segments.isEmpty()) {
                Segment segment = segments.removeLast();
                Torch.gradient(segment.output()).ifPresent(gradient -> {
                    backward(segment, gradient);
                    gradient.close();
                });
                segment.output().close();
            }
        }
    }

    private static void backward(Segment segment, NDArray gradient) {
        NDArray input = segment.input();
        try (NDManager inner = input.getManager().newSubManager()) {
            NDArray result = segment.layer()
                    .map(layer -> within(inner, input, segment.seed(), layer))
                    .orElse(input);
            if (Torch.isOnGraph(result)) {
                Torch.backward(result, gradient);
            }
        }
    }
}
