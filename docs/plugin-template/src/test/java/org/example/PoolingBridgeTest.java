package org.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.random.RunSeed;
import dev.querent.testing.BridgeContract;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterScope;
import org.junit.jupiter.api.Test;

/** What every bridge does, and that this one takes means. */
class PoolingBridgeTest extends BridgeContract {

    private static final PoolingBridge.Config CONFIG = new PoolingBridge.Config(3, 11);

    @Override
    protected Bridge build(BridgeShape shape, ComponentContext context) {
        return new PoolingBridge(CONFIG, shape, context);
    }

    @Test
    void ofEqualTokensEveryMeanIsTheSame() {
        try (NDManager manager = Torch.newManager()) {
            ComponentContext context =
                    new ComponentContext(ParameterScope.initialised(manager, new RunSeed(1)), layout -> {
                        throw new AssertionError("it reads no text");
                    });
            NDArray equal = manager.arange(SHAPE.visionWidth())
                    .toType(DataType.FLOAT32, false)
                    .broadcast(new Shape(1, SHAPE.visionTokens(), SHAPE.visionWidth()));
            float[] prompt = build(SHAPE, context).softPrompt(equal).toFloatArray();
            int width = SHAPE.languageWidth().getAsInt();
            for (int i = 0; i < prompt.length; i++) {
                assertThat(prompt[i]).isCloseTo(prompt[i % width], offset(1e-5f));
            }
        }
    }
}
