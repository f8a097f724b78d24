package dev.querent.task.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.nn.Tensors;
import dev.querent.random.RunSeed;
import dev.querent.testing.GradientCheck;
import dev.querent.torch.Torch;
import dev.querent.training.Objective;
import dev.querent.weights.ParameterScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All losses against plain Java, through an encoder whose tokens are the patches themselves. */
class ImagePretrainingTest {

    private static final int WIDTH = PatchTokens.WIDTH;
    private static final int PATCHES = PatchTokens.PATCHES;

    private final NDManager manager = Torch.newManager();
    private final ParameterScope heads = ParameterScope.initialised(manager, new RunSeed(6));
    private final PatchTokens encoder = new PatchTokens();
    private final NDArray first = random(1);
    private final NDArray second = random(2);

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray random(long seed) {
        Torch.seed(seed);
        return manager.randomNormal(new Shape(3, 3, PatchTokens.SIDE, PatchTokens.SIDE));
    }

    private ImagePretraining objective(double reconstruction, double position, double contrastive) {
        return new ImagePretraining(
                encoder,
                heads,
                new ImagePretraining.Settings(reconstruction, 0.5, position, contrastive, 0.5),
                new RunSeed(1));
    }

    private static double part(Objective.Loss loss, String name) {
        NDArray part = loss.parts().get(name);
        assertThat(part).as(name).isNotNull();
        return part.getFloat();
    }

    private double[] affine(String name, double[] x) {
        float[] weight = heads.parameters().get(name + ".weight").toFloatArray();
        float[] bias = heads.parameters().get(name + ".bias").toFloatArray();
        double[] y = new double[bias.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = bias[i];
            for (int j = 0; j < x.length; j++) {
                y[i] += (double) weight[i * x.length + j] * x[j];
            }
        }
        return y;
    }

    /** A fresh norm: weights 1, biases 0. */
    private static double[] normed(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance =
                Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        return Arrays.stream(x)
                .map(v -> (v - mean) / Math.sqrt(variance + 1e-5))
                .toArray();
    }

    /** Channel by channel, row by row. */
    private static double[] patch(NDArray pixels, int image, int patch) {
        float[] values = pixels.toFloatArray();
        double[] numbers = new double[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            int row = 2 * (patch / 2) + i % 4 / 2;
            int column = 2 * (patch % 2) + i % 2;
            numbers[i] = values[((image * 3 + i / 4) * 4 + row) * 4 + column];
        }
        return numbers;
    }

    @Test
    void reconstructionIsTheMeanSquareOverAllPatchesAndOnlyTheMaskTokenStandsForHiddenOnes() {
        Objective.Loss loss = objective(0.7, 0, 0).loss(4, first);
        assertThat(loss.parts()).containsOnlyKeys("reconstruction");
        double actual = part(loss, "reconstruction");
        float[] hidden = encoder.hidden();
        assertThat(hidden).contains(0f, 1f);
        float[] maskToken = heads.parameters().get("mask_token").toFloatArray();
        double[] shown = new double[WIDTH];
        Arrays.setAll(shown, i -> maskToken[i]);
        double sum = 0;
        for (int place = 0; place < hidden.length; place++) {
            double[] wanted = patch(first, place / PATCHES, place % PATCHES);
            double[] seen = hidden[place] == 1 ? shown : wanted; // tokens are patches and don't mix in this encoder
            double[] predicted = affine("pixels", normed(seen));
            for (int i = 0; i < WIDTH; i++) {
                sum += (predicted[i] - wanted[i]) * (predicted[i] - wanted[i]);
            }
        }
        assertThat(actual).isCloseTo(sum / hidden.length / WIDTH, offset(1e-4));
    }

    @Test
    void positionIsTheCrossEntropyOfFindingTheOwnPlaceByTheCosine() {
        Objective.Loss loss = objective(0, 0.6, 0).loss(4, first);
        assertThat(loss.parts()).containsOnlyKeys("position");
        double actual = part(loss, "position");
        float[] hidden = encoder.hidden();
        float[] maskToken = heads.parameters().get("mask_token").toFloatArray();
        float[] places = heads.parameters().get("places").toFloatArray();
        double expected = 0;
        for (int row = 0; row < hidden.length; row++) {
            double[] token = patch(first, row / PATCHES, row % PATCHES);
            if (hidden[row] == 1) {
                Arrays.setAll(token, i -> maskToken[i]);
            }
            double all = 0;
            double own = 0;
            for (int place = 0; place < PATCHES; place++) {
                double[] direction = new double[WIDTH];
                int start = place * WIDTH;
                Arrays.setAll(direction, i -> places[start + i]);
                double cosine = dot(token, direction) / Math.sqrt(dot(token, token) * dot(direction, direction));
                all += Math.exp(cosine / 0.5);
                own = place == row % PATCHES ? cosine / 0.5 : own;
            }
            expected += (Math.log(all) - own) / hidden.length;
        }
        assertThat(actual).isCloseTo(expected, offset(1e-5));
    }

    @Test
    void contrastIsTheCrossEntropyOfFindingTheOtherLook() {
        double actual = part(objective(0, 0, 1).loss(0, first, second), "contrastive");
        double[][] a = new double[3][];
        double[][] b = new double[3][];
        for (int i = 0; i < 3; i++) {
            a[i] = projected(first, i);
            b[i] = projected(second, i);
        }
        double expected = 0;
        for (int i = 0; i < 3; i++) {
            double there = 0;
            double back = 0;
            for (int j = 0; j < 3; j++) {
                there += Math.exp(dot(a[i], b[j]) / 0.5);
                back += Math.exp(dot(a[j], b[i]) / 0.5);
            }
            expected -= (2 * dot(a[i], b[i]) / 0.5 - Math.log(there) - Math.log(back)) / 6;
        }
        assertThat(actual).isCloseTo(expected, offset(1e-4));
    }

    private double[] projected(NDArray pixels, int image) {
        double[] mean = new double[WIDTH];
        for (int patch = 0; patch < PATCHES; patch++) {
            double[] numbers = patch(pixels, image, patch);
            for (int i = 0; i < WIDTH; i++) {
                mean[i] += numbers[i] / PATCHES;
            }
        }
        double[] inner = affine("projection.0", normed(mean));
        double[] out = affine(
                "projection.1",
                Arrays.stream(inner).map(ImagePretrainingTest::gelu).toArray());
        double length = Math.sqrt(dot(out, out));
        return Arrays.stream(out).map(v -> v / length).toArray();
    }

    /** x * Phi(x), Phi by its power series. */
    private static double gelu(double x) {
        double term = x / Math.sqrt(2 * Math.PI);
        double sum = term;
        for (int n = 1; n < 60; n++) {
            term *= -x * x / (2 * n);
            sum += term / (2 * n + 1);
        }
        return x * (0.5 + sum);
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    @Test
    void theTotalIsTheWeightedSumOfItsParts() {
        Objective.Loss both = objective(0.7, 0.6, 1.3).loss(4, first, second);
        assertThat((double) both.total().getFloat())
                .isCloseTo(
                        0.7 * part(both, "reconstruction")
                                + 0.6 * part(both, "position")
                                + 1.3 * part(both, "contrastive"),
                        offset(1e-5));
    }

    @Test
    void aPartOfWeightZeroIsLeftOut() {
        Objective.Loss one = objective(0, 0, 1.3).loss(4, first, second);
        assertThat(one.parts()).containsOnlyKeys("contrastive");
        assertThat(encoder.hidden()).as("nothing was masked").isEmpty();
    }

    /** Else it would stay until training ends. */
    @Test
    void allThatIsComputedBelongsToTheImages() {
        ImagePretraining objective = objective(0.7, 0.6, 1.3);
        try (NDManager images = Torch.newManager()) {
            int before = manager.getManagedArrays().size();
            objective.loss(4, Tensors.reshape(images, first, 3, 3, 4, 4), Tensors.reshape(images, second, 3, 3, 4, 4));
            assertThat(manager.getManagedArrays()).hasSize(before);
        }
    }

    @Test
    void whatIsHiddenIsAFunctionOfTheStep() {
        ImagePretraining objective = objective(1, 0, 0);
        int hidden = 0;
        int changed = 0;
        float[] before = new float[0];
        for (int step = 0; step < 100; step++) {
            objective.loss(step, first);
            float[] once = encoder.hidden();
            objective.loss(step, second);
            assertThat(encoder.hidden()).isEqualTo(once);
            for (float value : once) {
                hidden += (int) value;
            }
            changed += Arrays.equals(once, before) ? 0 : 1;
            before = once;
        }
        assertThat(changed).isGreaterThan(95);
        assertThat(hidden / 1200.0).isCloseTo(0.5, offset(0.058)); // 4 standard errors
    }

    @Test
    void gradientsOfTheHeadsAreFiniteDifferences() {
        ImagePretraining objective = objective(0.7, 0.6, 1.3);
        // fresh, they are so short that they turn within a finite difference
        for (String name : List.of("mask_token", "places")) {
            NDArray parameter = heads.parameters().get(name);
            Torch.copy(Tensors.scale(parameter, 20), parameter);
        }
        Map<String, NDArray> leaves = new LinkedHashMap<>(heads.parameters().asMap());
        GradientCheck.check(
                leaves,
                owner -> objective
                        .loss(4, Tensors.reshape(owner, first, 3, 3, 4, 4), Tensors.reshape(owner, second, 3, 3, 4, 4))
                        .total());
    }
}
