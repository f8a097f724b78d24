package dev.querent.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Torch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectRowsTest {

    /** The graph holds the indices, which live in Java memory: collected between the passes, they would be overwritten. */
    @Test
    void theBackwardPassFindsItsIndicesAfterAGarbageCollection() {
        for (int round = 0; round < 5; round++) {
            try (NDManager manager = Torch.newManager()) {
                NDArray x = manager.ones(new Shape(4, 2));
                x.setRequiresGradient(true);
                NDArray sum;
                try (Torch.GradientMode recording = Torch.recordGradients()) {
                    NDArray selected = Tensors.selectRows(x, 2, 0, 2);
                    sum = selected.mul(manager.create(new float[][] {{1, 2}, {10, 20}, {100, 200}}))
                            .sum();
                }
                System.gc();
                List<ByteBuffer> overwriting = new ArrayList<>();
                for (int i = 0; i < 1000; i++) {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(24);
                    for (int b = 0; b < 24; b++) {
                        buffer.put((byte) 0x55);
                    }
                    overwriting.add(buffer);
                }
                try (Torch.GradientMode recording = Torch.recordGradients()) {
                    Torch.backward(sum);
                }
                assertThat(overwriting).hasSize(1000);
                assertThat(x.getGradient().toFloatArray()).containsExactly(10, 20, 0, 0, 101, 202, 0, 0);
            }
        }
    }
}
