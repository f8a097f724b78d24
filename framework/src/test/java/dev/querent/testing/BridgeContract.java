package dev.querent.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.nn.MixedPrecision;
import dev.querent.nn.Tensors;
import dev.querent.random.RunSeed;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every bridge does, whatever its architecture. */
public abstract class BridgeContract {

    /** Widths 7 and 9, five visual tokens: no two sizes are equal. */
    protected static final BridgeShape SHAPE = new BridgeShape(7, 5, OptionalInt.of(9));

    private static final int ROWS = 3;

    private final NDManager parameters = Torch.newManager();
    private final NDManager manager = Torch.newManager();
    private Bridge bridge;
    private NDArray features;

    /** A small bridge without dropout, its initial weights large enough that every input shows in the output. */
    protected abstract Bridge build(BridgeShape shape, ComponentContext context);

    @BeforeEach
    void buildBridge() {
        bridge = build(SHAPE, context(parameters));
        Torch.seed(8);
        features = manager.randomNormal(new Shape(ROWS, SHAPE.visionTokens(), SHAPE.visionWidth()));
    }

    private static ComponentContext context(NDManager manager) {
        return new ComponentContext(
                ParameterScope.initialised(manager, new RunSeed(3)),
                layout -> WordLevelTokenizer.of(List.of("a", "red", "ball"), layout));
    }

    @AfterEach
    void freeEverything() {
        manager.close();
        parameters.close();
    }

    @Test
    void theSoftPromptFitsTheLanguageModel() {
        NDArray prompt = bridge.softPrompt(features);
        assertThat(prompt.getShape())
                .isEqualTo(new Shape(
                        ROWS, bridge.promptLength(), SHAPE.languageWidth().getAsInt()));
        for (float value : prompt.toFloatArray()) {
            assertThat(value).isFinite();
        }
    }

    @Test
    void theSoftPromptIsAFunctionOfTheFeatures() {
        float[] first = bridge.softPrompt(features).toFloatArray();
        assertThat(bridge.softPrompt(features).toFloatArray()).isEqualTo(first);
        assertThat(bridge.softPrompt(Tensors.scale(features, -1)).toFloatArray())
                .isNotEqualTo(first);
    }

    @Test
    void aBatchIsItsRowsOneByOne() {
        NDArray together = bridge.softPrompt(features);
        for (int row = 0; row < ROWS; row++) {
            Golden.assertClose(
                    "row " + row,
                    bridge.softPrompt(Tensors.selectRows(features, row)),
                    Tensors.selectRows(together, row),
                    1e-5,
                    1e-4);
        }
    }

    @Test
    void resultsBelongToTheFeaturesManagerAndNothingToTheModels() {
        int before = parameters.getManagedArrays().size();
        NDArray prompt = bridge.softPrompt(features);
        assertThat(prompt.getManager()).isSameAs(manager);
        assertThat(parameters.getManagedArrays()).hasSize(before);
    }

    @Test
    void gradientsReachTheFeatures() {
        GradientCheck.check(
                Map.of("features", features),
                owner -> weighed(bridge.softPrompt(
                        Tensors.reshape(owner, features, ROWS, SHAPE.visionTokens(), SHAPE.visionWidth()))));
    }

    @Test
    void gradientsReachNoParameterButThePrompts() {
        assertThat(bridge.parameters().names())
                .containsAll(bridge.promptParameters().names());
        bridge.parameters().setTrainable(true);
        try (Torch.GradientMode on = Torch.recordGradients()) {
            Torch.backward(weighed(bridge.softPrompt(features)));
        }
        bridge.promptParameters()
                .asMap()
                .forEach((name, tensor) ->
                        assertThat(Torch.gradient(tensor)).as(name).isPresent());
        bridge.parameters()
                .where(name -> !bridge.promptParameters().names().contains(name))
                .asMap()
                .forEach((name, tensor) -> Torch.gradient(tensor)
                        .ifPresent(gradient ->
                                assertThat(gradient.toFloatArray()).as(name).containsOnly(0f)));
    }

    /** Trained in {@link MixedPrecision}; bf16 rounds a number by up to 2^-8. */
    @Test
    void theSoftPromptInMixedPrecisionIsCloseAndInFp32() {
        NDArray exact = bridge.softPrompt(features);
        bridge.parameters().setTrainable(true);
        try (MixedPrecision on = MixedPrecision.begin(true);
                Torch.GradientMode recording = Torch.recordGradients()) {
            NDArray mixed = bridge.softPrompt(features);
            assertThat(mixed.getDataType()).isEqualTo(DataType.FLOAT32);
            Golden.assertClose("soft prompt", exact, mixed, 0.05, 0.05);
            Torch.backward(weighed(mixed));
        }
    }

    @Test
    void aFrozenBridgeGetsNoGradient() {
        bridge.parameters().setTrainable(false);
        features.setRequiresGradient(true);
        try (Torch.GradientMode on = Torch.recordGradients()) {
            Torch.backward(weighed(bridge.softPrompt(features)));
        }
        assertThat(bridge.parameters().list()).noneMatch(NDArray::hasGradient);
    }

    /** A scalar that weighs every output differently. */
    private static NDArray weighed(NDArray output) {
        NDArray flat = output.flatten();
        NDArray weights = flat.getManager().arange((float) flat.size()).cos();
        return flat.mul(weights).sum();
    }
}
