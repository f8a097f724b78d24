package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.evaluation.PixelBatch;
import dev.querent.image.ImageTransform;
import dev.querent.image.RgbImage;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Embeds images and texts: with a model's vision encoder and the bridge that stage 1 trained, or with an image-text scorer, which
 * has one embedding for each.
 */
final class Embedder implements AutoCloseable {

    private final NDManager manager;
    private final ImageTransform transform;
    private final UnaryOperator<NDArray> images; // (B, 3, S, S) -> (B, Q, E)
    private final BiFunction<NDManager, String, NDArray> texts; // -> (1, E)

    /**
     * Builds the model.
     *
     * @throws UsageException where it embeds nothing
     */
    Embedder(ModelFolder folder) {
        manager = Torch.newManager();
        try {
            Optional<ImageTextScorer> scorer = folder.scorer(manager);
            if (scorer.isPresent()) {
                ImageTextScorer model = scorer.get();
                transform = model.transform();
                images = pixels -> model.embedImages(pixels).expandDims(1);
                texts = (owner, text) -> model.embedTexts(owner, List.of(text));
            } else {
                RepresentationLearner learner = Optional.ofNullable(
                                folder.components().get("bridge"))
                        .flatMap(bridge -> folder.learner(manager, folder.bridge(manager)))
                        .orElseThrow(() -> new UsageException("no embeddings: " + folder.withoutLearner()));
                VisionEncoder vision = folder.vision(manager);
                transform = vision.transform();
                images = pixels -> learner.look(vision.encode(pixels)).embeddings();
                texts = (owner, text) -> learner.embedText(owner, learner.encode(List.of(text)));
            }
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** For each image (Q, E), row by row, each row of unit length. */
    List<float[][]> images(List<RgbImage> decoded) {
        try (NDManager passing = manager.newSubManager()) {
            NDArray embedded = images.apply(PixelBatch.of(passing, transform, decoded)); // (B, Q, E)
            int queries = (int) embedded.getShape().get(1);
            int size = (int) embedded.getShape().get(2);
            float[] flat = embedded.toFloatArray();
            return IntStream.range(0, decoded.size())
                    .mapToObj(image -> IntStream.range(image * queries, (image + 1) * queries)
                            .mapToObj(row -> Arrays.copyOfRange(flat, row * size, (row + 1) * size))
                            .toArray(float[][]::new))
                    .toList();
        }
    }

    /** (E) of unit length. */
    float[] text(String text) {
        try (NDManager passing = manager.newSubManager()) {
            return texts.apply(passing, text).toFloatArray();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
