package dev.querent.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.collective.Collectives;
import dev.querent.torch.Kernels;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * AdamW (arXiv 1711.05101), fused by libtorch. Parameters of two or more axes decay, except biases; a parameter that no
 * loss has reached is left alone.
 */
public final class AdamW implements AutoCloseable {

    private static final Kernels KERNELS = Kernels.load(Kernels.class, "kernels/optimizer.py");
    private static final double EPSILON = 1e-8;

    private final TrainingConfig config;
    private final NDManager manager;
    private final Gradients gradients;
    private final List<Slot> slots = new ArrayList<>();

    /** One parameter with its running mean and variance; {@code steps} () counts its updates. */
    private record Slot(String name, NDArray parameter, NDArray mean, NDArray variance, NDArray steps, Group group) {}

    /**
     * What is updated in one call.
     *
     * @param decay of the weights
     * @param rateFactor what the learning rate is multiplied by
     */
    private record Group(double decay, double rateFactor) {}

    /** With one learning rate for all parameters. */
    public AdamW(TrainingConfig config, ParameterSet trainable, Collectives collectives) {
        this(config, trainable, name -> 1, collectives);
    }

    /**
     * @param trainable parameters that record gradients
     * @param rateFactors what the learning rate of a parameter is multiplied by ({@link LayerDecay})
     * @param collectives the ranks that train them; each keeps the whole state
     */
    public AdamW(
            TrainingConfig config,
            ParameterSet trainable,
            ToDoubleFunction<String> rateFactors,
            Collectives collectives) {
        this.config = config;
        manager = Torch.newManager();
        gradients = new Gradients(trainable.asMap(), collectives);
        trainable
                .asMap()
                .forEach((name, parameter) -> slots.add(new Slot(
                        name,
                        parameter,
                        manager.zeros(parameter.getShape()),
                        manager.zeros(parameter.getShape()),
                        manager.zeros(new Shape()),
                        new Group(decay(name, parameter), rateFactors.applyAsDouble(name)))));
    }

    private double decay(String name, NDArray parameter) {
        return parameter.getShape().dimension() >= 2 && !name.endsWith(".bias") ? config.weightDecay() : 0;
    }

    /** As {@link #step(double, double)}, with gradients of the loss itself. */
    public double step(double learningRate) {
        return step(learningRate, 1);
    }

    /**
     * Sums the gradients over all ranks, clips them, updates the parameters, and sets the gradients back to zero.
     *
     * @param lossScale what the loss was multiplied by; gradients are divided by it first
     * @return the global gradient norm before clipping, the same on all ranks; nothing is updated where it is not finite
     */
    double step(double learningRate, double lossScale) {
        try (NDManager handles = manager.newSubManager()) {
            Map<String, NDArray> sums = gradients.sum(handles);
            if (sums.isEmpty()) {
                throw new IllegalStateException("the loss reaches none of the parameters to be trained");
            }
            List<Slot> reached =
                    slots.stream().filter(slot -> sums.containsKey(slot.name())).toList();
            NDList summed = new NDList(List.copyOf(sums.values()));
            if (lossScale != 1) {
                KERNELS.run("scale", summed, 1 / lossScale);
            }
            double norm = norm(summed);
            if (Double.isFinite(norm)) {
                if (config.clipNorm() > 0 && norm > config.clipNorm()) {
                    KERNELS.run("scale", summed, config.clipNorm() / (norm + 1e-6));
                }
                reached.stream()
                        .map(Slot::group)
                        .distinct()
                        .forEach(group -> update(group, reached, summed, learningRate));
            }
            gradients.zero();
            return norm;
        }
    }

    /** Sets the gradients back to zero and updates nothing. */
    void discard() {
        gradients.zero();
    }

    private double norm(NDList gradients) {
        try (NDArray norm = KERNELS.call(manager, "total_norm", gradients)) {
            return norm.getFloat();
        }
    }

    private void update(Group group, List<Slot> reached, NDList gradients, double learningRate) {
        NDList parameters = new NDList();
        NDList chosen = new NDList();
        NDList means = new NDList();
        NDList variances = new NDList();
        NDList steps = new NDList();
        for (int i = 0; i < reached.size(); i++) {
            Slot slot = reached.get(i);
            if (slot.group().equals(group)) {
                parameters.add(slot.parameter());
                chosen.add(gradients.get(i));
                means.add(slot.mean());
                variances.add(slot.variance());
                steps.add(slot.steps());
            }
        }
        KERNELS.run(
                "fused_adamw",
                parameters,
                chosen,
                means,
                variances,
                steps,
                learningRate * group.rateFactor(),
                config.beta1(),
                config.beta2(),
                group.decay(),
                EPSILON);
    }

    /** The state to be saved, by name: {@code mean/NAME}, {@code variance/NAME}, {@code steps/NAME}. */
    public Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        for (Slot slot : slots) {
            state.put("mean/" + slot.name(), slot.mean());
            state.put("variance/" + slot.name(), slot.variance());
            state.put("steps/" + slot.name(), slot.steps());
        }
        return state;
    }

    @Override
    public void close() {
        gradients.close();
        manager.close();
    }
}
