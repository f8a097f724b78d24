package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.evaluation.PixelBatch;
import dev.querent.image.BadImageException;
import dev.querent.image.RgbImage;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Tensors;
import dev.querent.step.StepContext;
import dev.querent.text.CaptionText;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The first half: similarities of a range of images with all texts, and the images' features, as {@link SeenImages} reads them. */
final class ImageSimilarities implements RetrievalWork.Half {

    private static final int TEXTS_AT_ONCE = 256;

    private final RetrievalEvaluation.Config config;
    private final StepContext context;
    private final Gallery gallery;
    private final RetrievalParts parts;
    private final NDManager manager;
    private final VisionEncoder encoder;
    private final RepresentationLearner learner;
    private final NDArray texts; // (E, T)

    private ImageSimilarities(
            RetrievalEvaluation.Config config,
            StepContext context,
            Gallery gallery,
            RetrievalParts parts,
            NDManager manager) {
        this.config = config;
        this.context = context;
        this.gallery = gallery;
        this.parts = parts;
        this.manager = manager;
        encoder = context.vision(manager);
        learner = RetrievalWork.learner(context, manager);
        texts = embedTexts();
    }

    static ImageSimilarities open(
            RetrievalEvaluation.Config config, StepContext context, Gallery gallery, RetrievalParts parts) {
        return Torch.owning(manager -> new ImageSimilarities(config, context, gallery, parts, manager));
    }

    /** (E, T) */
    private NDArray embedTexts() {
        List<String> all = gallery.texts();
        try (NDManager passing = manager.newSubManager()) {
            List<NDArray> embedded = new ArrayList<>();
            for (int from = 0; from < all.size(); from += TEXTS_AT_ONCE) {
                RetrievalWork.stopIfAsked(context);
                List<String> some = all.subList(from, Math.min(all.size(), from + TEXTS_AT_ONCE));
                try (NDManager inner = passing.newSubManager()) {
                    NDArray part = learner.embedText(
                            inner,
                            learner.encode(
                                    some.stream().map(CaptionText::caption).toList(), RetrievalWork.TEXT_TOKENS));
                    part.attach(passing);
                    embedded.add(part); // (texts, E)
                }
            }
            NDArray transposed = Tensors.concatenate(passing, 0, embedded.toArray(NDArray[]::new))
                    .transpose();
            transposed.attach(manager);
            return transposed;
        }
    }

    @Override
    public void write(int range, Path file) throws IOException {
        int start = parts.first(range);
        int end = parts.end(range);
        int width = gallery.texts().size();
        float[] similarities = new float[(end - start) * width];
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        Map<String, String> bad = new TreeMap<>();
        try (NDManager owner = manager.newSubManager()) {
            for (int first = start; first < end; first += config.batchSize()) {
                RetrievalWork.stopIfAsked(context);
                Map<Integer, RgbImage> images = decode(first, Math.min(end, first + config.batchSize()), bad);
                if (images.isEmpty()) {
                    continue;
                }
                NDArray features = encode(images.values(), owner); // (images, N, Dv)
                int row = 0;
                for (int image : images.keySet()) {
                    float[] ofImage = similarities(features, row);
                    System.arraycopy(ofImage, 0, similarities, (image - start) * width, width);
                    tensors.put(SeenImages.FEATURES + image, features.get(row));
                    row++;
                }
            }
            tensors.put(
                    SeenImages.SIMILARITIES, Torch.tensor(owner, FloatBuffer.wrap(similarities), end - start, width));
            SafetensorsWriter.write(file, tensors, bad);
        }
    }

    /** Those that can be decoded, by their index; why the others can't be joins {@code bad}. */
    private Map<Integer, RgbImage> decode(int start, int end, Map<String, String> bad) {
        Map<Integer, RgbImage> images = new LinkedHashMap<>();
        for (int image = start; image < end; image++) {
            try {
                images.put(image, gallery.samples().get(image).image().get());
            } catch (BadImageException e) {
                bad.put(Integer.toString(image), String.valueOf(e.getMessage()));
            }
        }
        return images;
    }

    /** (B, N, Dv) */
    private NDArray encode(Collection<RgbImage> images, NDManager owner) {
        try (NDManager passing = owner.newSubManager()) {
            NDArray features = encoder.encode(PixelBatch.of(passing, encoder, List.copyOf(images)));
            features.attach(owner);
            return features;
        }
    }

    /** (T): of one of B images with each text, the largest over the queries. */
    private float[] similarities(NDArray features, int row) {
        try (NDManager passing = manager.newSubManager()) {
            NDArray one = Tensors.slice(features, 0, row, row + 1); // (1, N, Dv)
            one.attach(passing);
            NDArray cosines = learner.look(one).embeddings().squeeze(0).matMul(texts); // (Q, T)
            return cosines.max(new int[] {0}).toFloatArray();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
