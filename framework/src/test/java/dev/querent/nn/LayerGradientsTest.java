package dev.querent.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.random.RunSeed;
import dev.querent.testing.GradientCheck;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every layer's and every loss's gradient against finite differences, with respect to its input and its parameters. */
class LayerGradientsTest {

    private final NDManager manager = Torch.newManager();
    private final ParameterScope scope = ParameterScope.initialised(manager, new RunSeed(11));

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray random(long... shape) {
        return scope.parameter("input" + scope.parameters().names().size(), new Initializer.Normal(1), shape);
    }

    /** A scalar that weighs every output differently. */
    private static NDArray weighed(NDArray output) {
        NDArray flat = output.flatten();
        NDArray weights = flat.getManager().arange((float) flat.size()).add(1);
        return Tensors.scale(flat.mul(weights.cos()).sum(), 0.5);
    }

    private void check(NDArray input, Function<NDArray, NDArray> layer) {
        Map<String, NDArray> leaves = new LinkedHashMap<>(scope.parameters().asMap());
        GradientCheck.check(
                leaves,
                owner -> weighed(layer.apply(
                        Tensors.reshape(owner, input, input.getShape().getShape()))));
    }

    @Test
    void linear() {
        Linear layer = Linear.of(scope.child("linear"), 5, 3, new Initializer.Normal(0.5));
        check(random(2, 4, 5), layer::forward);
    }

    @Test
    void linearWithoutBias() {
        Linear layer = Linear.withoutBias(scope.child("linear"), 5, 3, new Initializer.Normal(0.5));
        check(random(1, 5), layer::forward);
    }

    @Test
    void layerNorm() {
        check(random(2, 3, 7), new LayerNorm(scope.child("norm"), 7, 1e-5)::forward);
    }

    @Test
    void rmsNorm() {
        check(random(2, 3, 7), new RmsNorm(scope.child("norm"), 7, 1e-6)::forward);
    }

    @Test
    void patchEmbedding() {
        PatchEmbedding layer = new PatchEmbedding(scope.child("patches"), 4, 3, true, new Initializer.Normal(0.3));
        check(random(2, 3, 6, 6), layer::forward);
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activation(Activation activation) {
        // away from ReLU's kink at 0, where there is no slope to compare with
        NDArray input = random(3, 5);
        Torch.copy(input.add(input.sign().mul(manager.create(0.2f))), input);
        check(input, activation::apply);
    }

    @Test
    void embedding() {
        Embedding layer = new Embedding(scope.child("table"), 6, 4, new Initializer.Normal(1));
        Map<String, NDArray> leaves = scope.parameters().asMap();
        GradientCheck.check(
                leaves, owner -> weighed(layer.forward(Tensors.ofLongs(owner, new long[][] {{1, 5, 1}, {0, 3, 3}}))));
    }

    @Test
    void attentionUnderAMask() {
        NDArray query = random(2, 3, 4);
        NDArray key = random(2, 5, 4);
        NDArray value = random(2, 5, 4);
        long[][] padding = {{1, 1, 1, 1, 1}, {1, 1, 1, 0, 0}};
        GradientCheck.check(scope.parameters().asMap(), owner -> {
            NDArray mask = AttentionMask.padding(owner, padding);
            return weighed(Attention.attend(
                    heads(owner, query), heads(owner, key), heads(owner, value), Optional.of(mask), 0.7, 0));
        });
    }

    private static NDArray heads(NDManager owner, NDArray x) {
        return Attention.splitHeads(Tensors.reshape(owner, x, x.getShape().getShape()), 2);
    }

    @Test
    void attentionThatIsWrittenOutByHand() {
        try (NDManager owner = Torch.newManager()) {
            NDArray query = owner.create(new float[] {1, 0, 0, 2}, new Shape(1, 1, 2, 2));
            NDArray key = owner.create(new float[] {1, 1, 0, 1, 3, 3}, new Shape(1, 1, 3, 2));
            NDArray value = owner.create(new float[] {1, 10, 2, 20, 4, 40}, new Shape(1, 1, 3, 2));
            NDArray mask = AttentionMask.padding(owner, new long[][] {{1, 1, 0}});
            float[] out = Attention.attend(query, key, value, Optional.of(mask), 0.5, 0)
                    .toFloatArray();
            double first = Math.exp(0.5) / (Math.exp(0.5) + 1); // scores 0.5 and 0; the third key is blocked
            assertThat((double) out[0]).isCloseTo(first + 2 * (1 - first), offset(1e-6));
            assertThat((double) out[1]).isCloseTo(10 * first + 20 * (1 - first), offset(1e-5));
            assertThat(out[2]).isCloseTo(1.5f, offset(1e-6f)); // scores 1 and 1
        }
    }

    @Test
    void crossEntropyWithSmoothingAndIgnoredTargets() {
        NDArray logits = random(2, 3, 5);
        long[][] targets = {{4, Tensors.IGNORED_TARGET, 0}, {2, 2, Tensors.IGNORED_TARGET}};
        GradientCheck.check(
                scope.parameters().asMap(),
                owner -> Tensors.crossEntropy(
                        Tensors.reshape(owner, logits, 2, 3, 5), Tensors.ofLongs(owner, targets), 0.1));
        double expected = 0;
        for (int[] place : new int[][] {{0, 0}, {0, 2}, {1, 0}, {1, 1}}) {
            double[] row = new double[5];
            double total = 0;
            for (int i = 0; i < 5; i++) {
                row[i] = logits.getFloat(place[0], place[1], i);
                total += Math.exp(row[i]);
            }
            for (int i = 0; i < 5; i++) {
                double target = 0.02 + (i == targets[place[0]][place[1]] ? 0.9 : 0);
                expected -= target * (row[i] - Math.log(total)) / 4;
            }
        }
        float actual = Tensors.crossEntropy(logits, Tensors.ofLongs(manager, targets), 0.1)
                .getFloat();
        assertThat((double) actual).isCloseTo(expected, offset(1e-5));
    }

    @Test
    void softCrossEntropy() {
        NDArray logits = random(3, 4);
        float[][] targets = {{0.7f, 0.1f, 0.1f, 0.1f}, {0, 1, 0, 0}, {0.25f, 0.25f, 0.25f, 0.25f}};
        GradientCheck.check(
                scope.parameters().asMap(),
                owner -> Tensors.softCrossEntropy(
                        Tensors.reshape(owner, logits, 3, 4), Tensors.ofFloats(owner, targets)));
    }

    @Test
    void meanSquare() {
        NDArray prediction = random(2, 3, 4);
        NDArray target = manager.ones(new Shape(2, 3, 4));
        GradientCheck.check(
                scope.parameters().asMap(),
                owner -> Tensors.meanSquare(Tensors.reshape(owner, prediction, 2, 3, 4), target));
        double sum = 0;
        for (float value : prediction.toFloatArray()) {
            sum += (value - 1.0) * (value - 1.0);
        }
        assertThat((double) Tensors.meanSquare(prediction, target).getFloat()).isCloseTo(sum / 24, offset(1e-5));
    }

    @Test
    void unitLength() {
        NDArray input = random(4, 3, 5);
        Torch.copy(input.add(input.sign()), input); // long vectors: short ones turn too far within a finite difference
        check(input, Tensors::unitLength);
    }

    @Test
    void slice() {
        check(random(4, 3, 5), x -> Tensors.slice(x, 1, 1, 3));
    }

    @Test
    void selectedRows() {
        check(random(4, 3, 5), x -> Tensors.selectRows(x, 3, 0, 3));
    }

    @Test
    void patchesAreTakenRowByRow() {
        try (NDManager owner = Torch.newManager()) {
            NDArray pixels = owner.arange(32f).reshape(1, 2, 4, 4);
            NDArray patches = Tensors.patches(pixels, 2); // (1, 4, 8)
            assertThat(patches.getShape()).isEqualTo(new Shape(1, 4, 8));
            assertThat(patches.get(0, 1).toFloatArray()).containsExactly(2, 3, 6, 7, 18, 19, 22, 23);
        }
    }

    @Test
    void dropoutKeepsTheMeanAndRepeatsUnderItsSeed() {
        try (NDManager owner = Torch.newManager()) {
            NDArray ones = owner.ones(new Shape(20_000));
            Torch.seed(5);
            float[] first = Tensors.dropout(ones, 0.25).toFloatArray();
            Torch.seed(5);
            assertThat(Tensors.dropout(ones, 0.25).toFloatArray()).isEqualTo(first);
            double mean = 0;
            for (float value : first) {
                assertThat(value).isIn(0f, 1 / 0.75f);
                mean += value / 20_000;
            }
            assertThat(mean).isCloseTo(1, offset(0.017)); // 4 standard errors
            assertThat(Tensors.dropout(ones, 0)).isSameAs(ones);
        }
    }

    /** With a weight of 0 for each dropped value the rest weighs 1 / 0.75 of what it weighs without dropout. */
    @Test
    void attentionDropsWeightsAfterTheSoftmax() {
        try (NDManager owner = Torch.newManager()) {
            NDArray zeros = owner.zeros(new Shape(1, 1, 400, 1));
            NDArray values = Tensors.reshape(owner, owner.eye(50), 1, 1, 50, 50);
            NDArray keys = owner.zeros(new Shape(1, 1, 50, 1));
            float[] weights = Attention.attend(zeros, keys, values, Optional.empty(), 1, 0.25)
                    .toFloatArray(); // (1, 400, 50), 1 / 50 each without dropout
            double mean = 0;
            for (float weight : weights) {
                assertThat((double) weight).isIn(0.0, (double) (1 / 0.75f * 0.02f));
                mean += weight * 50 / weights.length;
            }
            assertThat(mean).isCloseTo(1, offset(0.017)); // 4 standard errors
        }
    }

    @Test
    void gradientsOfAttentionWithDropoutAreThoseOfTheMaskThatWasDrawn() {
        NDArray query = random(2, 3, 4);
        NDArray key = random(2, 5, 4);
        NDArray value = random(2, 5, 4);
        GradientCheck.check(scope.parameters().asMap(), owner -> {
            Torch.seed(3);
            return weighed(Attention.attend(
                    heads(owner, query), heads(owner, key), heads(owner, value), Optional.empty(), 0.7, 0.3));
        });
    }

    @Test
    void normThatIsMultipliedIntoALinearLayer() {
        NDArray x = random(3, 6);
        LayerNorm norm = new LayerNorm(scope.child("norm"), 6, 1e-5);
        Linear linear = Linear.of(scope.child("linear"), 6, 4);
        Torch.copy(
                manager.create(new float[] {1, 0.5f, -2, 3, 0.1f, 1}),
                scope.parameters().get("norm.weight"));
        Torch.copy(
                manager.create(new float[] {0, 1, 0.3f, -1, 2, 0}),
                scope.parameters().get("norm.bias"));
        try (NDManager owner = Torch.newManager();
                Torch.GradientMode on = Torch.recordGradients()) {
            NDArray input = Tensors.reshape(owner, x, 3, 6);
            float[] folded = norm.forwardInto(linear, input).toFloatArray();
            float[] apart = linear.forward(norm.forward(input)).toFloatArray();
            for (int i = 0; i < apart.length; i++) {
                assertThat((double) folded[i]).isCloseTo(apart[i], offset(1e-5));
            }
        }
        GradientCheck.check(
                scope.parameters().asMap(),
                owner -> weighed(norm.forwardInto(linear, Tensors.reshape(owner, x, 3, 6))));
    }
}
