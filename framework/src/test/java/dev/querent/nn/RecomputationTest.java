package dev.querent.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecomputationTest {

    private static final int WIDTH = 7;
    private static final int LAYERS = 5;

    private final NDManager manager = Torch.newManager();
    private final List<Linear> layers = new ArrayList<>();
    private final ParameterSet parameters;

    RecomputationTest() {
        ParameterScope scope = ParameterScope.initialised(manager, new RunSeed(3));
        for (int i = 0; i < LAYERS; i++) {
            layers.add(Linear.withoutBias(scope.child(i), WIDTH, WIDTH, new Initializer.Normal(0.7)));
        }
        parameters = scope.finish();
    }

    @AfterEach
    void freeEverything() {
        manager.close();
    }

    private NDArray input(int rows) {
        Torch.seed(5);
        return manager.randomNormal(new Shape(rows, WIDTH));
    }

    private NDArray through(NDArray x, double dropout, boolean bends) {
        NDArray y = x;
        for (Linear layer : layers) {
            y = Intermediates.freed(y, z -> {
                NDArray out = Tensors.dropout(layer.forward(z), dropout);
                return bends ? Activation.GELU.apply(out) : out;
            });
        }
        return y;
    }

    /** The loss and all gradients; the leaf that they begin at is not what the first layer gets. */
    private Map<String, float[]> gradients(NDArray leaf, boolean trained, boolean recompute) {
        parameters.setTrainable(trained);
        leaf.setRequiresGradient(true);
        Torch.gradient(leaf).ifPresent(gradient -> Torch.copy(gradient.zerosLike(), gradient));
        Map<String, float[]> found = new LinkedHashMap<>();
        try (Torch.GradientMode on = Torch.recordGradients();
                NDManager owner = manager.newSubManager()) {
            NDArray x =
                    Tensors.scale(Tensors.reshape(owner, leaf, leaf.getShape().getShape()), 2);
            if (recompute) {
                Recomputation recomputation = Recomputation.begin();
                NDArray y = through(x, 0, true);
                recomputation.close();
                NDArray loss = y.mul(y).sum();
                found.put("loss", loss.toFloatArray());
                Torch.backward(loss);
                recomputation.backward();
            } else {
                NDArray y = through(x, 0, true);
                NDArray loss = y.mul(y).sum();
                found.put("loss", loss.toFloatArray());
                Torch.backward(loss);
            }
        }
        found.put("leaf", Torch.gradient(leaf).orElseThrow().toFloatArray());
        if (trained) {
            parameters
                    .asMap()
                    .forEach((name, parameter) -> found.put(
                            name, Torch.gradient(parameter).orElseThrow().toFloatArray()));
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "3, false", "3, true"})
    void lossAndGradientsAreThoseOfOneGraphToTheBit(int rows, boolean trained) {
        Map<String, float[]> expected = gradients(input(rows), trained, false);
        Map<String, float[]> found = gradients(input(rows), trained, true);
        assertThat(found).containsOnlyKeys(expected.keySet());
        expected.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
    }

    /** Linear layers with fixed masks: the loss is the product of the input and its gradient. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aLayersDropoutIsTheSameBothTimes(long seed) {
        NDArray leaf = input(4);
        leaf.setRequiresGradient(true);
        try (Torch.GradientMode on = Torch.recordGradients()) {
            Torch.seed(seed);
            Recomputation recomputation = Recomputation.begin();
            NDArray loss = through(leaf, 0.3, false).sum();
            recomputation.close();
            float value = loss.getFloat();
            Torch.backward(loss);
            recomputation.backward();
            NDArray gradient = Torch.gradient(leaf).orElseThrow();
            assertThat(gradient.mul(leaf.stopGradient()).sum().getFloat()).isCloseTo(value, within(1e-4f));
            Torch.seed(seed);
            try (Recomputation again = Recomputation.begin()) {
                assertThat(through(leaf, 0.3, false).sum().getFloat()).isEqualTo(value);
                assertThat(through(leaf, 0.3, false).sum().getFloat()).isNotEqualTo(value);
            }
        }
    }

    /** A layer that only changes the precision gives its own input back where there is nothing to change. */
    @Test
    void aLayerThatGivesItsInputBackCountsOnce() {
        NDArray leaf = input(2);
        leaf.setRequiresGradient(true);
        try (Torch.GradientMode on = Torch.recordGradients()) {
            Recomputation recomputation = Recomputation.begin();
            NDArray same = Intermediates.freed(Intermediates.freed(leaf, Tensors::fp32), x -> x);
            recomputation.close();
            Torch.backward(Tensors.scale(same, 3).sum());
            recomputation.backward();
        }
        assertThat(Torch.gradient(leaf).orElseThrow().toFloatArray()).containsOnly(3);
    }

    @Test
    void whatSeveralLayersReadBesideTheirInputGetsAllTheirGradients() {
        NDArray leaf = input(2);
        leaf.setRequiresGradient(true);
        try (Torch.GradientMode on = Torch.recordGradients()) {
            Recomputation recomputation = Recomputation.begin();
            NDArray read = Intermediates.freed(Tensors.scale(leaf, 2), x -> Tensors.scale(x, 5));
            NDArray sum = manager.zeros(new Shape(2, WIDTH));
            for (int i = 0; i < 3; i++) {
                NDArray projected = Tensors.scale(read, i + 1);
                sum = Intermediates.freed(sum, x -> x.add(projected));
            }
            recomputation.close();
            Torch.backward(sum.sum());
            recomputation.backward();
        }
        assertThat(Torch.gradient(leaf).orElseThrow().toFloatArray()).containsOnly(2 * 5 * (1 + 2 + 3));
    }

    @Test
    void noLayersTensorsOutliveIt() {
        NDArray leaf = input(4);
        leaf.setRequiresGradient(true);
        List<Integer> held = new ArrayList<>();
        for (boolean recompute : new boolean[] {false, true}) {
            try (Torch.GradientMode on = Torch.recordGradients();
                    NDManager owner = manager.newSubManager()) {
                NDArray x = Tensors.reshape(owner, leaf, 4, WIDTH);
                if (recompute) {
                    Recomputation recomputation = Recomputation.begin();
                    NDArray loss = through(x, 0.1, true).sum();
                    recomputation.close();
                    held.add(owner.getManagedArrays().size());
                    Torch.backward(loss);
                    recomputation.backward();
                    assertThat(owner.getManagedArrays()).hasSize(2); // x and the loss
                } else {
                    through(x, 0.1, true).sum();
                    held.add(owner.getManagedArrays().size());
                }
            }
        }
        // x and the loss; of each layer product, masked and bent, or its result alone and the leaf of x
        assertThat(held).containsExactly(2 + 3 * LAYERS, 2 + LAYERS + 1);
    }

    @Test
    void anotherLossDoesNotBeginWithinOne() {
        try (Recomputation recomputation = Recomputation.begin()) {
            assertThatThrownBy(Recomputation::begin).isInstanceOf(IllegalStateException.class);
        }
        Recomputation.begin().close();
    }

    @Test
    void theGradientKeepsTheLayersPrecision() {
        NDArray leaf = input(2);
        leaf.setRequiresGradient(true);
        try (Torch.GradientMode on = Torch.recordGradients()) {
            NDArray half = manager.create(0.5f).toType(DataType.FLOAT16, true);
            Recomputation recomputation = Recomputation.begin();
            NDArray y = Intermediates.freed(Tensors.typeAs(manager, leaf, half), x -> x.mul(half));
            recomputation.close();
            Torch.backward(Tensors.fp32(y).sum());
            recomputation.backward();
        }
        assertThat(Torch.gradient(leaf).orElseThrow().toFloatArray()).containsOnly(0.5f);
    }
}
