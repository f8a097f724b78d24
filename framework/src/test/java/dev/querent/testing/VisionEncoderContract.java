package dev.querent.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.ComponentContext;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.MixedPrecision;
import dev.querent.nn.Tensors;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import dev.querent.training.Objective;
import dev.querent.weights.ParameterScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every vision encoder does, whatever its architecture. */
public abstract class VisionEncoderContract {

    private static final int ROWS = 3;

    private final NDManager parameters = Torch.newManager();
    private final NDManager manager = Torch.newManager();
    private VisionEncoder encoder;
    private NDArray pixels;

    /** A small encoder without dropout. */
    protected abstract VisionEncoder build(ComponentContext context);

    @BeforeEach
    void buildEncoder() {
        encoder = build(new ComponentContext(ParameterScope.initialised(parameters, new RunSeed(3)), layout -> {
            throw new AssertionError("an image encoder has no tokenizer");
        }));
        Torch.seed(8);
        pixels = manager.randomNormal(new Shape(ROWS, 3, encoder.imageSize(), encoder.imageSize()));
    }

    @AfterEach
    void freeEverything() {
        manager.close();
        parameters.close();
    }

    @Test
    void theFeaturesHaveTheShapeThatIsAnnounced() {
        assertThat(encoder.imageSize() % encoder.patchSize()).isZero();
        NDArray features = encoder.encode(pixels);
        assertThat(features.getShape()).isEqualTo(new Shape(ROWS, encoder.tokens(), encoder.width()));
        for (float value : features.toFloatArray()) {
            assertThat(value).isFinite();
        }
    }

    @Test
    void theFeaturesAreAFunctionOfThePixels() {
        float[] first = encoder.encode(pixels).toFloatArray();
        assertThat(encoder.encode(pixels).toFloatArray()).isEqualTo(first);
        assertThat(encoder.encode(Tensors.scale(pixels, -1)).toFloatArray()).isNotEqualTo(first);
    }

    @Test
    void aBatchIsItsImagesOneByOne() {
        NDArray together = encoder.encode(pixels);
        for (int row = 0; row < ROWS; row++) {
            Golden.assertClose(
                    "image " + row,
                    encoder.encode(Tensors.selectRows(pixels, row)),
                    Tensors.selectRows(together, row),
                    1e-5,
                    1e-4);
        }
    }

    @Test
    void withoutGradientsNothingButTheFeaturesIsLeftBehind() {
        int before = parameters.getManagedArrays().size();
        NDArray features = encoder.encode(pixels);
        assertThat(manager.getManagedArrays()).containsExactlyInAnyOrder(pixels, features);
        assertThat(parameters.getManagedArrays()).hasSize(before);
    }

    @Test
    void gradientsReachEveryParameterInTraining() {
        encoder.parameters().setTrainable(true);
        backward();
        encoder.parameters().asMap().forEach((name, tensor) -> {
            NDArray gradient =
                    Torch.gradient(tensor).orElseThrow(() -> new AssertionError("no gradient reaches " + name));
            for (float value : gradient.toFloatArray()) {
                assertThat(value).as(name).isFinite();
            }
        });
    }

    @Test
    void aFrozenEncoderGetsNoGradientAndKeepsEveryBit() {
        String before = encoder.parameters().hash();
        encoder.parameters().setTrainable(false);
        pixels.setRequiresGradient(true);
        backward();
        assertThat(encoder.parameters().list()).noneMatch(NDArray::hasGradient);
        assertThat(encoder.parameters().hash()).isEqualTo(before);
    }

    @Test
    void layersThatAreComputedTwiceGiveTheSameGradients() {
        encoder.parameters().setTrainable(true);
        backward();
        Map<String, float[]> expected = new LinkedHashMap<>();
        encoder.parameters()
                .asMap()
                .forEach((name, tensor) ->
                        expected.put(name, Torch.gradient(tensor).orElseThrow().toFloatArray()));
        encoder.parameters().setTrainable(true); // gradients begin at zero
        try (Torch.GradientMode on = Torch.recordGradients()) {
            Objective.Loss loss = Objective.Loss.of(true, () -> new Objective.Loss(loss(), Map.of()));
            Torch.backward(loss.total());
            loss.rest().run();
        }
        encoder.parameters()
                .asMap()
                .forEach((name, tensor) -> assertThat(
                                Torch.gradient(tensor).orElseThrow().toFloatArray())
                        .as(name)
                        .isEqualTo(expected.get(name)));
    }

    /** Trained in {@link MixedPrecision}; bf16 rounds a number by up to 2^-8. */
    @Test
    void featuresInMixedPrecisionAreCloseAndInFp32() {
        NDArray exact = encoder.encode(pixels);
        encoder.parameters().setTrainable(true);
        try (MixedPrecision on = MixedPrecision.begin(true)) {
            NDArray mixed = encoder.encode(pixels);
            assertThat(mixed.getDataType()).isEqualTo(DataType.FLOAT32);
            Golden.assertClose("features", exact, mixed, 0.05, 0.05);
            backward();
        }
    }

    /** The patches' embedding is the furthest from the features. */
    @Test
    void layersAreCountedFromTheFeatures() {
        List<Integer> found = encoder.parameters().names().stream()
                .map(encoder::layersAbove)
                .distinct()
                .sorted()
                .toList();
        int furthest = found.get(found.size() - 1);
        if (furthest == 0) {
            return; // an encoder that makes no difference
        }
        assertThat(found).isEqualTo(IntStream.rangeClosed(1, furthest).boxed().toList());
        assertThat(encoder.parameters().names().stream().filter(name -> name.contains("patch")))
                .isNotEmpty()
                .allMatch(name -> encoder.layersAbove(name) == furthest);
        assertThat(encoder.layersAbove("qformer.encoder.layers.0.weight")).isZero();
    }

    private void backward() {
        try (Torch.GradientMode on = Torch.recordGradients()) {
            Torch.backward(loss());
        }
    }

    private NDArray loss() {
        NDArray features = encoder.encode(pixels);
        return features.mul(features).mean();
    }
}
