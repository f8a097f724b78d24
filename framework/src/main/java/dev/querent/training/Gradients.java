package dev.querent.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.collective.Collectives;
import dev.querent.nn.Tensors;
import dev.querent.torch.Kernels;
import dev.querent.torch.Torch;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The gradients of one optimiser step, summed over all ranks. They travel in one flat buffer, one call a step; where there is
 * one rank they are not copied.
 */
final class Gradients implements AutoCloseable {

    private static final Kernels KERNELS = Kernels.load(Kernels.class, "kernels/optimizer.py");

    private final Map<String, NDArray> parameters;
    private final Collectives collectives;
    private final NDManager manager = Torch.newManager();
    private final Optional<Buffer> buffer;

    /**
     * All gradients, one behind the other.
     *
     * @param flat (all elements + one a parameter); the last ones count the ranks on which a loss has reached the parameter
     * @param views of the parameters' shapes into {@code flat}
     * @param reached (number of parameters), the end of {@code flat}
     */
    private record Buffer(NDArray flat, Map<String, NDArray> views, NDArray reached) {}

    /** @param parameters that record gradients */
    Gradients(Map<String, NDArray> parameters, Collectives collectives) {
        this.parameters = parameters;
        this.collectives = collectives;
        buffer = collectives.size() == 1 ? Optional.empty() : Optional.of(buffer());
    }

    private Buffer buffer() {
        long elements = parameters.values().stream().mapToLong(NDArray::size).sum();
        NDArray flat = manager.zeros(new Shape(elements + parameters.size()));
        Map<String, NDArray> views = new LinkedHashMap<>();
        long start = 0;
        for (Map.Entry<String, NDArray> parameter : parameters.entrySet()) {
            NDArray tensor = parameter.getValue();
            try (NDArray part = Torch.part(flat, start, start + tensor.size())) {
                NDArray view = part.reshape(tensor.getShape());
                view.attach(manager);
                views.put(parameter.getKey(), view);
            }
            start += tensor.size();
        }
        return new Buffer(flat, views, Torch.part(flat, elements, elements + parameters.size()));
    }

    /**
     * Sums over all ranks.
     *
     * @param owner of the handles; closing it leaves the gradients
     * @return by parameter, without those that no loss has reached on any rank
     */
    Map<String, NDArray> sum(NDManager owner) {
        Map<String, NDArray> own = own(owner);
        return buffer.isEmpty() ? own : sum(owner, own, buffer.get());
    }

    private Map<String, NDArray> sum(NDManager owner, Map<String, NDArray> own, Buffer shared) {
        KERNELS.run("zero", new NDList(shared.flat()));
        KERNELS.run(
                "copy",
                new NDList(own.keySet().stream().map(shared.views()::get).toList()),
                new NDList(List.copyOf(own.values())));
        float[] reached = new float[parameters.size()];
        int index = 0;
        for (String name : parameters.keySet()) {
            reached[index++] = own.containsKey(name) ? 1 : 0;
        }
        Torch.copy(Torch.tensor(owner, FloatBuffer.wrap(reached), reached.length), shared.reached());
        collectives.sum(shared.flat());
        float[] ranks = shared.reached().toFloatArray();
        Map<String, NDArray> sums = new LinkedHashMap<>();
        index = 0;
        for (Map.Entry<String, NDArray> view : shared.views().entrySet()) {
            if (ranks[index++] > 0) {
                sums.put(
                        view.getKey(),
                        Tensors.reshape(
                                owner,
                                view.getValue(),
                                view.getValue().getShape().getShape()));
            }
        }
        return sums;
    }

    private Map<String, NDArray> own(NDManager owner) {
        Map<String, NDArray> own = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> Torch.gradient(parameter).ifPresent(gradient -> {
            gradient.attach(owner);
            own.put(name, gradient);
        }));
        return own;
    }

    /** Sets this rank's gradients back to zero. */
    void zero() {
        try (NDManager handles = manager.newSubManager()) {
            KERNELS.run("zero", new NDList(List.copyOf(own(handles).values())));
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
