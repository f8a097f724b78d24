package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Sample;
import dev.querent.evaluation.PixelBatch;
import dev.querent.image.RgbImage;
import dev.querent.model.VisionEncoder;
import dev.querent.progress.StoppedException;
import dev.querent.step.StepContext;
import java.util.List;
import java.util.Map;

/** The visual features of samples, batch by batch, as the frozen encoder sees them without augmentation. */
final class FeatureBatches {

    private final StepContext context;
    private final VisionEncoder encoder;
    private final NDManager manager;
    private final int batchSize;

    /**
     * @param manager memory of each batch is taken below it
     * @param batchSize most images of one batch
     */
    FeatureBatches(StepContext context, VisionEncoder encoder, NDManager manager, int batchSize) {
        this.context = context;
        this.encoder = encoder;
        this.manager = manager;
        this.batchSize = batchSize;
    }

    /** Hears of one batch. */
    @FunctionalInterface
    interface Visitor {
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
    void forEach(List<Sample> samples, long done, long total, Visitor visitor) {
        for (int first = 0; first < samples.size(); first += batchSize) {
            if (context.stopSignal().stopRequested()) {
                throw new StoppedException("stopped after " + (done + first) + " of " + total + " images");
            }
            List<Sample> batch = samples.subList(first, Math.min(samples.size(), first + batchSize));
            try (NDManager inner = manager.newSubManager()) {
                List<RgbImage> images =
                        batch.stream().map(sample -> sample.image().get()).toList();
                visitor.visit(first, batch, encoder.encode(PixelBatch.of(inner, encoder, images)));
            }
            context.progress().update(done + first + batch.size(), total, Map.of());
        }
    }
}
