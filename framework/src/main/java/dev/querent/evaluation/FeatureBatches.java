package dev.querent.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.data.Sample;
import dev.querent.image.ImageTransform;
import dev.querent.model.VisionEncoder;
import dev.querent.progress.StoppedException;
import dev.querent.step.StepContext;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** The visual features of samples, batch by batch, as the frozen encoder sees them without augmentation. */
public final class FeatureBatches {

    private final StepContext context;
    private final VisionEncoder encoder;
    private final NDManager manager;
    private final int batchSize;

    /**
     * @param manager memory of each batch is taken below it
     * @param batchSize most images of one batch
     */
    public FeatureBatches(StepContext context, VisionEncoder encoder, NDManager manager, int batchSize) {
        this.context = context;
        this.encoder = encoder;
        this.manager = manager;
        this.batchSize = batchSize;
    }

    /** Hears of one batch. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param first index of the batch's first sample
         * @param samples the batch's B samples
         * @param features (B, N, Dv), freed after the call together with all that its manager owns
         */
        void visit(int first, List<Sample> samples, NDArray features);
    }

    /**
     * Visits all samples in order.
     *
     * @param done units of progress before this pass
     * @param total units of progress of the whole step; an image is one
     * @throws StoppedException between two batches, where the stop signal asked for it
     */
    public void forEach(List<Sample> samples, long done, long total, Visitor visitor) {
        for (int first = 0; first < samples.size(); first += batchSize) {
            if (context.stopSignal().stopRequested()) {
                throw new StoppedException("stopped after " + (done + first) + " of " + total + " images");
            }
            List<Sample> batch = samples.subList(first, Math.min(samples.size(), first + batchSize));
            try (NDManager inner = manager.newSubManager()) {
                visitor.visit(first, batch, encoder.encode(pixels(inner, batch)));
            }
            context.progress().update(done + first + batch.size(), total, Map.of());
        }
    }

    /** (B, 3, S, S) fp32, normalised. */
    private NDArray pixels(NDManager owner, List<Sample> batch) {
        ImageTransform transform = ImageTransform.evaluation(encoder.imageSize());
        float[] pixels = new float[batch.size() * transform.length()];
        for (int row = 0; row < batch.size(); row++) {
            transform.apply(batch.get(row).image().get(), 0, pixels, row * transform.length());
        }
        int side = encoder.imageSize();
        return owner.create(FloatBuffer.wrap(pixels), new Shape(batch.size(), 3, side, side));
    }
}
