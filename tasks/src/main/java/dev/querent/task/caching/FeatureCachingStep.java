package dev.querent.task.caching;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.collective.Collectives;
import dev.querent.data.FeatureCache;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.SampleReader;
import dev.querent.image.Augmentation;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageTransform;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.progress.StoppedException;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Computes the visual features of all training images with the frozen encoder, for the steps that name this one as their
 * {@code features}. They lie beside the data, in a folder named after all that they depend on (the encoder with its weights, how
 * images are prepared, the data set), so that every run which needs the same finds them, and none finds others. What is trained
 * is never part of them: the bridge's {@code ln_vision} reads them.
 */
@Plugin("feature-caching")
public final class FeatureCachingStep implements PipelineStep {

    /** Views of an image don't depend on a run's seed, so that runs of all seeds share them. */
    private static final RunSeed VIEWS = new RunSeed(0);

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
    public boolean runsOnEveryRank() {
        return true;
    }

    /** The ranks take parts in turn. */
    @Override
    public void run(StepContext context) {
        try (NDManager manager = Torch.newManager()) {
            VisionEncoder encoder = context.vision(manager);
            SampleList samples = context.dataset().split("train");
            FeatureCache cache = cache(context, encoder, samples);
            SampleReader reader = SampleReader.pixels(
                    ImageTransform.training(encoder.imageSize(), encoder.preprocessing(), config.augmentation()));
            Collectives ranks = context.collectives();
            for (int first = 0; first < cache.parts(); first += ranks.size()) {
                requireGoingOn(context, cache, first);
                int part = first + ranks.rank();
                if (part < cache.parts() && !cache.has(part)) {
                    fill(context, cache, part, new Encoding(encoder, samples, reader));
                }
                context.progress()
                        .update(cache.end(Math.min(first + ranks.size(), cache.parts()) - 1), samples.size(), Map.of());
            }
            ranks.largest(new long[1]); // no rank reads what another still writes
            if (ranks.leads()) {
                CachedFeatures.remember(context, cache);
            }
        }
    }

    /** All ranks stop together, where rank 0 is asked to. */
    private static void requireGoingOn(StepContext context, FeatureCache cache, int part) {
        long[] stops = {context.collectives().leads() && context.stopSignal().stopRequested() ? 1 : 0};
        context.collectives().broadcast(stops);
        if (stops[0] == 1) {
            throw new StoppedException("stopped after " + cache.start(part) + " of "
                    + cache.contents().samples() + " images");
        }
    }

    private FeatureCache cache(StepContext context, VisionEncoder encoder, SampleList samples) {
        Precision encoders;
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager passing = Torch.newManager()) {
            int side = encoder.imageSize();
            encoders = Precision.of(encoder.encode(passing.zeros(new ai.djl.ndarray.types.Shape(1, 3, side, side))));
        }
        String dependsOn = String.join(
                "\n",
                "encoder: " + context.description("vision"),
                "weights: " + encoder.parameters().hash(),
                "images: " + encoder.preprocessing() + " of side " + encoder.imageSize(),
                "views: " + config.augmentation(),
                "data: " + context.description("data"),
                "samples: " + SampleDigest.of(samples));
        return FeatureCache.in(
                CachedFeatures.root(context),
                dependsOn,
                new FeatureCache.Contents(
                        samples.size(),
                        config.views(),
                        encoder.tokens(),
                        encoder.width(),
                        config.precision(),
                        encoders));
    }

    /** What a part is computed with. */
    private record Encoding(VisionEncoder encoder, SampleList samples, SampleReader reader) {}

    private void fill(StepContext context, FeatureCache cache, int part, Encoding with) {
        Map<Integer, String> bad = new TreeMap<>();
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager manager = Torch.newManager()) {
            List<NDArray> encoded = new ArrayList<>();
            int end = cache.end(part);
            // a row is an image's view
            int rows = Math.max(1, config.batchSize() / config.views());
            for (int start = cache.start(part); start < end; start += rows) {
                encoded.add(encode(context, with, start, Math.min(end, start + rows), bad, manager));
            }
            cache.write(part, Tensors.concatenate(manager, 0, encoded.toArray(NDArray[]::new)), bad);
        }
    }

    /** (n * k, N, Dv) of some images. */
    private NDArray encode(
            StepContext context, Encoding with, int start, int end, Map<Integer, String> bad, NDManager owner) {
        int length = with.reader().length();
        float[] pixels = new float[(end - start) * config.views() * length];
        for (int index = start; index < end; index++) {
            Sample sample = with.samples().get(index);
            try {
                for (int view = 0; view < config.views(); view++) {
                    long seed = VIEWS.at(Purpose.AUGMENTATION, index, view);
                    with.reader().read(index, sample, seed, pixels, ((index - start) * config.views() + view) * length);
                }
                context.quarantine().used(sample.id());
            } catch (BadImageException e) {
                bad.put(index, String.valueOf(e.getMessage()));
                context.quarantine().report(sample.id(), String.valueOf(e.getMessage()));
            }
        }
        long side = with.encoder().imageSize();
        long rows = (long) (end - start) * config.views();
        try (NDManager passing = owner.newSubManager()) {
            NDArray images = Torch.tensor(passing, FloatBuffer.wrap(pixels), rows, 3, side, side);
            NDArray features = with.encoder().encode(images);
            features.attach(owner);
            return features;
        }
    }
}
