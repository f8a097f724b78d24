package dev.querent.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixedPrecisionTest {

    private static final int IN = 40;
    private static final int OUT = 24;

    private final NDManager manager = Torch.newManager();
    private final ParameterScope scope = ParameterScope.initialised(manager, new RunSeed(11));
    private final Linear layer = Linear.of(scope.child("linear"), IN, OUT, new Initializer.Normal(0.5));
    private final NDArray x =
            ParameterScope.initialised(manager, new RunSeed(12)).parameter("x", new Initializer.Normal(1), 3, 5, IN);

    @AfterEach
    void close() {
        manager.close();
    }

    private static <T> T mixed(Supplier<T> computation) {
        try (MixedPrecision mixed = MixedPrecision.begin(true)) {
            return computation.get();
        }
    }

    private static NDArray rounded(NDArray tensor) {
        NDManager owner = tensor.getManager();
        return Precision.FP32.copy(owner, Precision.BF16.copy(owner, tensor));
    }

    private static float[] values(NDArray tensor) {
        return Precision.FP32.copy(tensor.getManager(), tensor).toFloatArray();
    }

    /** Of the mean error to the mean size. */
    private static double distance(NDArray found, NDArray expected) {
        float[] a = values(found);
        float[] b = values(expected);
        double error = 0;
        double size = 0;
        for (int i = 0; i < b.length; i++) {
            error += Math.abs(a[i] - b[i]);
            size += Math.abs(b[i]);
        }
        return error / size;
    }

    private void train() {
        scope.parameters().setTrainable(true);
    }

    @Test
    void aTrainedLayerMultipliesRoundedNumbers() {
        NDArray weight = scope.parameters().asMap().get("linear.weight");
        NDArray expected = rounded(x).matMul(rounded(weight).transpose()); // the bias is 0
        train();
        NDArray found = mixed(() -> layer.forward(x));
        assertThat(Precision.of(found)).isEqualTo(Precision.BF16);
        assertThat(values(found))
                .containsExactly(values(rounded(expected)), offset(0.04f)); // the last of 8 bits below 8
        assertThat(distance(found, expected)).isLessThan(0.002); // of rounded results, half a bit of 8 at most
    }

    @Test
    void aFrozenLayerKeepsItsPrecision() {
        NDArray expected = layer.forward(x);
        NDArray found = mixed(() -> layer.forward(x));
        assertThat(found.toFloatArray()).containsExactly(expected.toFloatArray());
    }

    @Test
    void outsideNothingIsRounded() {
        train();
        NDArray expected = layer.forward(x);
        mixed(() -> layer.forward(x));
        assertThat(layer.forward(x).toFloatArray()).containsExactly(expected.toFloatArray());
    }

    @Test
    void itEndsWhereItBeganWithinAnother() {
        train();
        Precision within = mixed(() -> {
            try (MixedPrecision off = MixedPrecision.begin(false)) {
                return Precision.of(layer.forward(x));
            }
        });
        assertThat(within).isEqualTo(Precision.FP32);
        assertThat(mixed(() -> {
                    MixedPrecision.begin(false).close();
                    return Precision.of(layer.forward(x));
                }))
                .isEqualTo(Precision.BF16);
    }

    /** Of the sum of the squares of what the layer gives, perhaps behind the norm, by parameter. */
    private Map<String, NDArray> gradients(boolean mixed, boolean normed) {
        ParameterScope own = ParameterScope.initialised(manager, new RunSeed(11));
        Linear linear = Linear.of(own.child("linear"), IN, OUT, new Initializer.Normal(0.5));
        Optional<LayerNorm> before =
                normed ? Optional.of(new LayerNorm(own.child("norm"), IN, 1e-5)) : Optional.empty();
        own.parameters().setTrainable(true);
        try (MixedPrecision precision = MixedPrecision.begin(mixed);
                Torch.GradientMode recording = Torch.recordGradients()) {
            NDArray y =
                    Tensors.fp32(before.map(norm -> norm.forwardInto(linear, x)).orElseGet(() -> linear.forward(x)));
            Torch.backward(y.mul(y).sum());
        }
        Map<String, NDArray> gradients = new LinkedHashMap<>();
        own.parameters()
                .asMap()
                .forEach((name, parameter) ->
                        gradients.put(name, Torch.gradient(parameter).orElseThrow()));
        return gradients;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientsDifferByRoundingAlone(boolean normed) {
        Map<String, NDArray> exact = gradients(false, normed);
        Map<String, NDArray> mixed = gradients(true, normed);
        assertThat(mixed).hasSize(normed ? 4 : 2);
        mixed.forEach((name, gradient) -> {
            assertThat(distance(gradient, exact.get(name))).as(name).isBetween(1e-6, 0.02);
        });
    }

    /** In 16 bits 1 / 0.9 would be 1.109375, and the mean of what is kept lower by 0.16 %. */
    @Test
    void dropoutKeepsTheMeanOfWhatIsIn16Bits() {
        NDArray ones = Precision.BF16.copy(manager, manager.ones(new Shape(64)));
        Torch.seed(3);
        float[] dropped = values(Tensors.dropout(ones, 0.1));
        assertThat(dropped).contains(0f);
        for (float value : dropped) {
            assertThat(value == 0 ? 1 / 0.9f : value).isEqualTo(1 / 0.9f, offset(1e-4f));
        }
    }

    @Test
    void attentionWithDropoutGivesThePrecisionOfItsValues() {
        NDArray exact = Attention.splitHeads(Tensors.slice(x, 2, 0, 16), 2);
        NDArray narrow = Precision.BF16.copy(manager, exact);
        Torch.seed(5);
        NDArray expected = Attention.attend(exact, exact, exact, Optional.empty(), 0.3, 0.2);
        Torch.seed(5);
        NDArray found = Attention.attend(narrow, narrow, narrow, Optional.empty(), 0.3, 0.2);
        assertThat(Precision.of(found)).isEqualTo(Precision.BF16);
        assertThat(distance(found, expected)).isBetween(1e-5, 0.01);
    }
}
