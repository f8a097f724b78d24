package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.random.RunSeed;
import dev.querent.testing.BridgeContract;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LinearBridgeTest extends BridgeContract {

    @Override
    protected Bridge build(BridgeShape shape, ComponentContext context) {
        return new LinearBridge(LinearBridge.Config.DEFAULTS, shape, context);
    }

    private static ComponentContext context(NDManager manager) {
        return new ComponentContext(ParameterScope.initialised(manager, new RunSeed(1)), layout -> {
            throw new AssertionError("the linear bridge reads no text");
        });
    }

    @Test
    void everyVisualTokenIsNormedAndProjected() {
        try (NDManager manager = Torch.newManager()) {
            BridgeShape shape = new BridgeShape(3, 2, OptionalInt.of(2));
            LinearBridge bridge = new LinearBridge(LinearBridge.Config.DEFAULTS, shape, context(manager));
            Torch.copy(
                    manager.create(new float[] {1, 2, 3}), bridge.parameters().get("ln_vision.weight"));
            Torch.copy(
                    manager.create(new float[] {0, 0, 1}), bridge.parameters().get("ln_vision.bias"));
            Torch.copy(
                    manager.create(new float[][] {{1, 0, 1}, {0, 2, 0}}),
                    bridge.parameters().get("language_projection.weight"));
            Torch.copy(manager.create(new float[] {10, 20}), bridge.parameters().get("language_projection.bias"));
            NDArray features = manager.create(new float[] {1, 2, 3, 4, 4, 10}, new Shape(1, 2, 3));
            float[] prompt = bridge.softPrompt(features).toFloatArray();
            // (1, 2, 3) has mean 2 and variance 2/3, (4, 4, 10) has mean 6 and variance 8
            double first = 1 / Math.sqrt(2.0 / 3 + 1e-5);
            double second = 1 / Math.sqrt(8 + 1e-5);
            double[] expected = {
                10 + -first + 3 * first + 1, 20, 10 - 2 * second + 12 * second + 1, 20 + 2 * 2 * -2 * second
            };
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) prompt[i]).as("element " + i).isCloseTo(expected[i], offset(1e-4));
            }
        }
    }

    @Test
    void theWholeOfItIsTrained() {
        try (NDManager manager = Torch.newManager()) {
            LinearBridge bridge = new LinearBridge(LinearBridge.Config.DEFAULTS, SHAPE, context(manager));
            assertThat(bridge.promptParameters().names())
                    .containsExactlyInAnyOrder(
                            "ln_vision.weight",
                            "ln_vision.bias",
                            "language_projection.weight",
                            "language_projection.bias");
            assertThat(bridge.promptLength()).isEqualTo(SHAPE.visionTokens());
        }
    }

    @Test
    void withoutALanguageModelThereIsNothingToProjectTo() {
        try (NDManager manager = Torch.newManager()) {
            BridgeShape alone = new BridgeShape(3, 2, OptionalInt.empty());
            assertThatThrownBy(() -> new LinearBridge(LinearBridge.Config.DEFAULTS, alone, context(manager)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("needs a language model");
        }
    }
}
