package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Batch;
import dev.querent.model.VisionEncoder;
import dev.querent.torch.Torch;

/** The frozen encoder in front of a trainable bridge: no graph is recorded through it. */
final class FrozenVision {

    private final VisionEncoder encoder;

    FrozenVision(VisionEncoder encoder) {
        this.encoder = encoder;
    }

    /**
     * Encodes a batch.
     *
     * @return (B, N, Dv), owned by {@code owner}
     */
    NDArray features(Batch batch, NDManager owner) {
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            return encoder.encode(batch.pixels(owner));
        }
    }
}
