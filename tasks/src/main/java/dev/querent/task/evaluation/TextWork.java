package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Sample;
import dev.querent.evaluation.PixelBatch;
import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import dev.querent.model.VisionEncoder;
import dev.querent.progress.StoppedException;
import dev.querent.step.PartitionWork;
import dev.querent.step.StepContext;
import dev.querent.torch.Torch;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** A model that says something of the images of one partition after the other. Each image is encoded once. */
final class TextWork implements PartitionWork {

    private final StepContext context;
    private final SampleParts samples;
    private final int batchSize;
    private final NDManager manager;
    private final VisionEncoder encoder;
    private final Speaker speaker;

    /** Says texts of images. */
    @FunctionalInterface
    interface Speaker {
        /**
         * @param samples B
         * @param features (B, N, Dv), freed after the call together with all that its manager owns
         * @param place of the batch among all images: what is drawn depends on it
         * @return for each sample its texts
         */
        List<List<String>> say(List<Sample> samples, NDArray features, int place);
    }

    private TextWork(
            StepContext context,
            SampleParts samples,
            int batchSize,
            NDManager manager,
            BiFunction<StepContext, NDManager, Speaker> speaker) {
        this.context = context;
        this.samples = samples;
        this.batchSize = batchSize;
        this.manager = manager;
        encoder = context.vision(manager);
        this.speaker = speaker.apply(context, manager);
    }

    /**
     * Loads the models.
     *
     * @param batchSize images encoded together
     * @param speaker builds what speaks; the manager owns its parameters
     */
    static TextWork open(
            StepContext context,
            SampleParts samples,
            int batchSize,
            BiFunction<StepContext, NDManager, Speaker> speaker) {
        return Torch.owning(manager -> new TextWork(context, samples, batchSize, manager, speaker));
    }

    @Override
    public void write(int partition, Path file) throws IOException {
        int end = samples.end(partition);
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int first = samples.start(partition); first < end; first += batchSize) {
                if (context.stopSignal().stopRequested()) {
                    throw new StoppedException("stopped before image " + first + " of " + samples.size());
                }
                for (ImageTexts texts : batch(first, Math.min(end, first + batchSize))) {
                    lines.write(texts.line());
                    lines.newLine();
                }
            }
        }
    }

    private List<ImageTexts> batch(int first, int end) {
        List<Optional<String>> problems = new ArrayList<>();
        List<Sample> all = new ArrayList<>();
        List<Sample> seen = new ArrayList<>();
        List<RgbImage> images = new ArrayList<>();
        for (int place = first; place < end; place++) {
            Sample sample = samples.get(place);
            all.add(sample);
            try {
                images.add(sample.image().get());
                seen.add(sample);
                problems.add(Optional.empty());
            } catch (BadImageException e) {
                problems.add(Optional.of(String.valueOf(e.getMessage())));
            }
        }
        List<List<String>> said = images.isEmpty() ? List.of() : say(seen, images, first);
        List<ImageTexts> texts = new ArrayList<>();
        int row = 0;
        for (int i = 0; i < all.size(); i++) {
            Optional<String> problem = problems.get(i);
            texts.add(new ImageTexts(all.get(i).id(), problem.isPresent() ? List.of() : said.get(row++), problem));
        }
        return texts;
    }

    private List<List<String>> say(List<Sample> seen, List<RgbImage> images, int first) {
        try (NDManager inner = manager.newSubManager()) {
            NDArray features = encoder.encode(PixelBatch.of(inner, encoder, images)); // (B, N, Dv)
            return speaker.say(seen, features, first);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
