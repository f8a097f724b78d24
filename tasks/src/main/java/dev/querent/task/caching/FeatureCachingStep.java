package dev.querent.task.caching;

import dev.querent.data.FeatureCache;
import dev.querent.data.SampleList;
import dev.querent.image.Augmentation;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionWork;
import dev.querent.step.PartitionedStep;
import dev.querent.step.StepContext;
import dev.querent.weights.Precision;
import java.util.List;
import java.util.Set;

/**
 * Computes the visual features of all training images with the frozen encoder, for the steps that name this one as their
 * {@code features}. They lie beside the data, in a folder named after all that they depend on (the encoder with its weights, how
 * images are prepared, the data set), so that every run which needs the same finds them, and none finds others. What is trained
 * is never part of them: the bridge's {@code ln_vision} reads them.
 */
@Plugin("feature-caching")
public final class FeatureCachingStep implements PartitionedStep {

    /** Settings. */
    public record Config(
            @Doc("augmented views of each image, of which training draws one at each visit")
            int views,

            @Doc("what features are kept in: that of the encoder changes no number, fp16 and bf16 halve fp32")
            Precision precision,

            @Doc("images encoded at once") int batchSize,

            @Doc("how training images are cropped and flipped")
            Augmentation augmentation) {
        public static final Config DEFAULTS = new Config(1, Precision.FP16, 32, Augmentation.DEFAULTS);

        public Config {
            Check.range("views", views, 1, 1000);
            Check.positive("batch-size", batchSize);
        }
    }

    private final Config config;

    public FeatureCachingStep(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        return experiment.has("vision", VisionEncoder.class)
                ? List.of()
                : List.of("feature-caching needs a vision encoder: add vision: {plugin: ...}");
    }

    @Override
    public Set<String> uses() {
        return Set.of("vision");
    }

    @Override
    public Set<String> makes() {
        return Set.of();
    }

    @Override
    public int partitions(StepContext context) {
        return FeatureCache.parts(context.dataset().split("train").size());
    }

    @Override
    public PartitionWork open(StepContext context) {
        return FeatureWork.open(config, context);
    }

    @Override
    public void merge(StepContext context, PartFiles parts) {
        SampleList samples = context.dataset().split("train");
        String cache = "";
        for (int part = 0; part < parts.count(); part++) {
            CachedPart cached = CachedPart.read(parts.file(part));
            cache = cached.cache();
            for (int index = FeatureCache.start(part); index < FeatureCache.end(part, samples.size()); index++) {
                String id = samples.get(index).id();
                if (cached.bad().containsKey(index)) {
                    context.quarantine().report(id, cached.bad().get(index));
                } else {
                    context.quarantine().used(id);
                }
            }
        }
        CachedFeatures.remember(context, cache);
    }
}
