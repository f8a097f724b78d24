package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.LoaderOptions;
import dev.querent.image.Augmentation;
import dev.querent.image.ImageTransform;
import dev.querent.model.VisionEncoder;
import dev.querent.step.StepContext;
import dev.querent.torch.Torch;

/** The frozen encoder in front of a trainable bridge: no graph is recorded through it. */
final class FrozenVision {

    private final VisionEncoder encoder;

    FrozenVision(VisionEncoder encoder) {
        this.encoder = encoder;
    }

    /** Training batches of the encoder's image size; of each the rank's share is decoded. */
    BatchLoader loader(StepContext context, Augmentation augmentation, LoaderOptions options) {
        return new BatchLoader(
                context.dataset().split("train"),
                ImageTransform.training(encoder.imageSize(), encoder.preprocessing(), augmentation),
                options,
                context.seed(),
                context.quarantine(),
                context.collectives());
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
