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
import dev.querent.nn.Recomputation;
import dev.querent.plugin.Check;
import dev.querent.step.StepContext;
import dev.querent.task.caching.CachedFeatures;
import dev.querent.torch.Torch;
import dev.querent.training.LayerDecay;
import dev.querent.training.Trainer;
import dev.querent.weights.ParameterSet;
import dev.querent.weights.Precision;
import java.util.Map;
import java.util.Optional;

/**
 * The encoder in front of a trainable bridge. Usually it is frozen, and no graph is recorded through it; where its features are cached,
 * it is not even there. Fine-tuning trains it too.
 */
final class StepVision {

    private final SampleReader reader;
    private final Encoding encoding;
    private final Optional<Tuned> tuned;

    /** From what a loader gives, (b, ...), to features (b, N, Dv). */
    private interface Encoding {
        NDArray features(NDArray read);
    }

    /** An encoder that is trained. */
    private record Tuned(VisionEncoder encoder, VisionTuning how) {}

    /**
     * What the encoder gives.
     *
     * @param tensor (b, N, Dv)
     * @param backward goes on with the backward pass where it has come to the features
     */
    record Features(NDArray tensor, Runnable backward) {}

    private StepVision(SampleReader reader, Encoding encoding, Optional<Tuned> tuned) {
        this.reader = reader;
        this.encoding = encoding;
        this.tuned = tuned;
    }

    /**
     * The experiment's encoder, or what it gave before.
     *
     * @param manager owns its parameters
     * @param augmentation of images that are encoded anew
     * @param cachedBy the step that has cached features; not where the encoder is trained
     */
    static StepVision of(
            StepContext context,
            NDManager manager,
            Augmentation augmentation,
            Optional<String> cachedBy,
            Optional<VisionTuning> tuning) {
        if (cachedBy.isPresent()) {
            FeatureCache cache = CachedFeatures.of(context, cachedBy.get());
            Precision encoders = cache.contents().encoders();
            return new StepVision(
                    cache.reader(),
                    read -> encoders == Precision.FP32 ? read : encoders.copy(read.getManager(), read),
                    Optional.empty());
        }
        return of(context.vision(manager), augmentation, tuning);
    }

    /** An encoder that encodes images anew. */
    static StepVision of(VisionEncoder encoder, Augmentation augmentation, Optional<VisionTuning> tuning) {
        return new StepVision(
                SampleReader.pixels(
                        ImageTransform.training(encoder.imageSize(), encoder.preprocessing(), augmentation)),
                encoder::encode,
                tuning.map(how -> new Tuned(encoder, how)));
    }

    /** For a step's configuration: cached features have no encoder behind them that could be trained. */
    static void requireEncoder(Optional<String> cachedBy, Optional<VisionTuning> tuning) {
        Check.that(
                cachedBy.isEmpty() || tuning.isEmpty(),
                "vision-tuning: an encoder whose features are cached (features: " + cachedBy.orElse("")
                        + ") can't be trained; leave out one of the two");
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
     * Encodes a batch; where the encoder is trained, gradients pass through.
     *
     * @param owner of the features
     */
    Features features(Batch batch, NDManager owner) {
        if (tuned.isEmpty()) {
            return new Features(withoutGradients(batch, owner), () -> {});
        }
        if (!tuned.get().how().recompute()) {
            return new Features(encoding.features(batch.tensor(owner)), () -> {});
        }
        try (Recomputation recomputation = Recomputation.begin()) {
            return new Features(encoding.features(batch.tensor(owner)), recomputation::backward);
        }
    }

    /**
     * Encodes a batch, whether the encoder is trained or not, for whoever gives the features their gradient later.
     *
     * @return (b, N, Dv), owned by {@code owner}
     */
    NDArray withoutGradients(Batch batch, NDManager owner) {
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            return encoding.features(batch.tensor(owner));
        }
    }

    boolean isTuned() {
        return tuned.isPresent();
    }

    /** What is trained of the encoder; nothing where it is frozen. */
    ParameterSet trained() {
        return tuned.map(it -> it.encoder().parameters()).orElse(new ParameterSet(Map.of()));
    }

    /** A trainer whose learning rates are lower the further a parameter of the encoder is from the features. */
    Trainer withRates(Trainer trainer) {
        return tuned.map(it -> trainer.withRates(new LayerDecay(it.how().layerDecay(), it.encoder()::layersAbove)))
                .orElse(trainer);
    }

    /** Saves what has been trained of the encoder. */
    void save(StepContext context) {
        tuned.ifPresent(it -> context.save("vision", it.encoder().parameters()));
    }
}
