package dev.querent.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class KernelsTest {

    @Test
    void everyKernelFileCompiles() {
        for (String family : new String[] {"layers", "loss", "optimizer", "initializer"}) {
            Kernels.load(Kernels.class, "kernels/" + family + ".py");
        }
    }

    @Test
    void aMissingKernelFileIsNamed() {
        assertThatThrownBy(() -> Kernels.load(Kernels.class, "kernels/none.py"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kernels/none.py");
    }

    @Test
    void gradientsFlowThroughAKernelOnlyWhereTheyAreRecorded() {
        Kernels kernels = Kernels.load(Kernels.class, "kernels/layers.py");
        try (NDManager manager = Torch.newManager()) {
            NDArray weight = manager.create(new float[][] {{2, 3}});
            weight.setRequiresGradient(true);
            NDArray x = manager.create(new float[][] {{5, 7}});
            NDArray outside = kernels.call(manager, "linear", x, weight, new NDList());
            assertThat(outside.hasGradient()).isFalse();
            try (Torch.GradientMode recording = Torch.recordGradients()) {
                NDArray y = kernels.call(manager, "linear", x, weight, new NDList());
                Torch.backward(y.sum());
            }
            assertThat(weight.getGradient().toFloatArray()).containsExactly(5f, 7f);
            assertThat(Torch.recordsGradients()).isFalse();
        }
    }

    /** As libtorch begins a thread it records graphs and profiles, and so would compute other bits than the first one. */
    @Test
    void anotherThreadIsMadeReadyAsTheFirstOneIs() throws InterruptedException {
        assertThat(Torch.recordsGradients()).isFalse();
        List<Boolean> records = new CopyOnWriteArrayList<>();
        Thread other = new Thread(() -> {
            records.add(Torch.recordsGradients());
            Torch.setThreads(1);
            records.add(Torch.recordsGradients());
        });
        other.start();
        other.join();
        assertThat(records).containsExactly(true, false);
    }
}
