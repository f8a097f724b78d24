package dev.querent.task.objective;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Torch;
import org.junit.jupiter.api.Test;

/** The loss itself is the bridge's, and tested there. */
class ImageGroundedTextGenerationTest {

    @Test
    void everyTextAndTheSmoothingReachTheView() {
        try (NDManager manager = Torch.newManager()) {
            Pairs view = Pairs.of(manager.zeros(new Shape(2, 2, 2)));
            boolean[][] same = {{true, false}, {false, true}};
            PairBatch batch = Pairs.batch(manager, view, new float[2][2], same);
            // the fake's loss is the number of texts plus the smoothing
            assertThat(new ImageGroundedTextGeneration(0.25).loss(batch).getFloat())
                    .isEqualTo(2.25f);
        }
    }
}
