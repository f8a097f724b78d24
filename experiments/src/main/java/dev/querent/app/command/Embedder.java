package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.evaluation.PixelBatch;
import dev.querent.image.RgbImage;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Embeds images and texts with a model's vision encoder and the bridge that stage 1 trained. */
final class Embedder implements AutoCloseable {

    private final NDManager manager;
    private final VisionEncoder vision;
    private final RepresentationLearner learner;

    /**
     * Builds the model.
     *
     * @throws UsageException where its bridge embeds nothing
     */
    Embedder(ModelFolder folder) {
        manager = Torch.newManager();
        try {
            vision = folder.vision(manager);
            learner = folder.learner(manager, folder.bridge(manager))
                    .orElseThrow(() -> new UsageException("no embeddings: " + folder.withoutLearner()));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** For each image (Q, E), row by row, each row of unit length. */
    List<float[][]> images(List<RgbImage> images) {
        try (NDManager passing = manager.newSubManager()) {
            NDArray embedded = learner.look(vision.encode(PixelBatch.of(passing, vision, images)))
                    .embeddings(); // (B, Q, E)
            int queries = (int) embedded.getShape().get(1);
            int size = (int) embedded.getShape().get(2);
            float[] flat = embedded.toFloatArray();
            return IntStream.range(0, images.size())
                    .mapToObj(image -> IntStream.range(image * queries, (image + 1) * queries)
                            .mapToObj(row -> Arrays.copyOfRange(flat, row * size, (row + 1) * size))
                            .toArray(float[][]::new))
                    .toList();
        }
    }

    /** (E) of unit length. */
    float[] text(String text) {
        try (NDManager passing = manager.newSubManager()) {
            return learner.embedText(passing, learner.encode(List.of(text))).toFloatArray(); // (1, E)
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
