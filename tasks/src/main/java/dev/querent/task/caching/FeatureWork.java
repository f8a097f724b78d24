package dev.querent.task.caching;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.data.DatasetDigest;
import dev.querent.data.FeatureCache;
import dev.querent.data.SampleList;
import dev.querent.data.SampleReader;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageTransform;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Tensors;
import dev.querent.progress.StoppedException;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.step.PartitionWork;
import dev.querent.step.StepContext;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The frozen encoder at work on one part of a cache after the other; parts that another run has filled are left as they are. */
final class FeatureWork implements PartitionWork {

    /** Views of an image don't depend on a run's seed, so that runs of all seeds share them. */
    private static final RunSeed VIEWS = new RunSeed(0);

    private final FeatureCachingStep.Config config;
    private final StepContext context;
    private final NDManager manager;
    private final VisionEncoder encoder;
    private final SampleList samples;
    private final SampleReader reader;
    private final FeatureCache cache;

    private FeatureWork(FeatureCachingStep.Config config, StepContext context, NDManager manager) {
        this.config = config;
        this.context = context;
        this.manager = manager;
        encoder = context.vision(manager);
        samples = context.dataset().split("train");
        reader = SampleReader.pixels(
                ImageTransform.training(encoder.imageSize(), encoder.preprocessing(), config.augmentation()));
        cache = cache();
    }

    static FeatureWork open(FeatureCachingStep.Config config, StepContext context) {
        return Torch.owning(manager -> new FeatureWork(config, context, manager));
    }

    private FeatureCache cache() {
        String dependsOn = String.join(
                "\n",
                "encoder: " + context.description("vision"),
                "weights: " + encoder.parameters().hash(),
                "images: " + encoder.preprocessing() + " of side " + encoder.imageSize(),
                "views: " + config.augmentation(),
                "data: " + context.description("data"),
                "samples: " + samples.size() + " " + DatasetDigest.ofImages(samples));
        return FeatureCache.in(
                CachedFeatures.root(context),
                dependsOn,
                new FeatureCache.Contents(
                        samples.size(),
                        config.views(),
                        encoder.tokens(),
                        encoder.width(),
                        config.precision(),
                        encodersPrecision()));
    }

    private Precision encodersPrecision() {
        int side = encoder.imageSize();
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager passing = Torch.newManager()) {
            return Precision.of(encoder.encode(passing.zeros(new Shape(1, 3, side, side))));
        }
    }

    @Override
    public void write(int partition, Path file) throws IOException {
        if (!cache.has(partition)) {
            fill(partition);
        }
        new CachedPart(cache.folder().getFileName().toString(), cache.bad(partition)).write(file);
    }

    private void fill(int part) {
        Map<Integer, String> bad = new TreeMap<>();
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager owner = manager.newSubManager()) {
            List<NDArray> encoded = new ArrayList<>();
            int end = FeatureCache.end(part, samples.size());
            int images = Math.max(1, config.batchSize() / config.views());
            for (int start = FeatureCache.start(part); start < end; start += images) {
                if (context.stopSignal().stopRequested()) {
                    throw new StoppedException("stopped before image " + start);
                }
                encoded.add(encode(start, Math.min(end, start + images), bad, owner));
            }
            cache.write(part, Tensors.concatenate(owner, 0, encoded.toArray(NDArray[]::new)), bad);
        }
    }

    /** (n * k, N, Dv) of some images. */
    private NDArray encode(int start, int end, Map<Integer, String> bad, NDManager owner) {
        int length = reader.length();
        float[] pixels = new float[(end - start) * config.views() * length];
        for (int index = start; index < end; index++) {
            try {
                for (int view = 0; view < config.views(); view++) {
                    int row = (index - start) * config.views() + view;
                    long seed = VIEWS.at(Purpose.AUGMENTATION, index, view);
                    reader.read(index, samples.get(index), seed, pixels, row * length);
                }
            } catch (BadImageException e) {
                bad.put(index, String.valueOf(e.getMessage()));
            }
        }
        long side = encoder.imageSize();
        long rows = (long) (end - start) * config.views();
        try (NDManager passing = owner.newSubManager()) {
            NDArray features = encoder.encode(Torch.tensor(passing, FloatBuffer.wrap(pixels), rows, 3, side, side));
            features.attach(owner);
            return features;
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
