package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.FeatureCache;
import dev.querent.data.LoaderOptions;
import dev.querent.data.SampleReader;
import dev.querent.image.Augmentation;
import dev.querent.image.ImageTransform;
import dev.querent.model.VisionEncoder;
import dev.querent.step.StepContext;
import dev.querent.task.caching.CachedFeatures;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.util.Optional;

/**
 * The frozen encoder in front of a trainable bridge: no graph is recorded through it. Where its features are cached, it is not even
 * there.
 */
final class FrozenVision {

    private final SampleReader reader;
    private final Encoding encoding;

    /** From what a loader gives, (b, ...), to features (b, N, Dv). */
    private interface Encoding {
        NDArray features(NDArray read);
    }

    private FrozenVision(SampleReader reader, Encoding encoding) {
        this.reader = reader;
        this.encoding = encoding;
    }

    /**
     * The experiment's encoder, or what it gave before.
     *
     * @param manager owns its parameters
     * @param augmentation of images that are encoded anew
     * @param cachedBy the step that has cached features
     */
    static FrozenVision of(
            StepContext context, NDManager manager, Augmentation augmentation, Optional<String> cachedBy) {
        if (cachedBy.isPresent()) {
            FeatureCache cache = CachedFeatures.of(context, cachedBy.get());
            Precision encoders = cache.contents().encoders();
            return new FrozenVision(
                    cache.reader(), read -> encoders == Precision.FP32 ? read : encoders.copy(read.getManager(), read));
        }
        return of(context.vision(manager), augmentation);
    }

    /** An encoder that encodes images anew. */
    static FrozenVision of(VisionEncoder encoder, Augmentation augmentation) {
        return new FrozenVision(
                SampleReader.pixels(
                        ImageTransform.training(encoder.imageSize(), encoder.preprocessing(), augmentation)),
                encoder::encode);
    }

    /** Training batches; of each the rank's share is read. */
    BatchLoader loader(StepContext context, LoaderOptions options) {
        return new BatchLoader(
                context.dataset().split("train"),
                reader,
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
            return encoding.features(batch.tensor(owner));
        }
    }
}
