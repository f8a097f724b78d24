package dev.querent.task.scoring;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.task.metric.RecallAtK;
import dev.querent.task.scoring.RetrievalScoring.RetrievalRanks;
import dev.querent.torch.Torch;
import dev.querent.weights.DamagedFileException;
import dev.querent.weights.Precision;
import dev.querent.weights.SafetensorsReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Scores in a safetensors file: {@code image-to-text} (I, T) for each image and caption in the order of the annotations, and {@code
 * text-to-image} (T, I). Where the second isn't there, the first serves both directions. Higher is better; equal scores keep
 * the gallery's order. Read row by row.
 */
final class ScoreMatrices {

    private static final String TEXTS = "image-to-text";
    private static final String IMAGES = "text-to-image";

    private final Path file;
    private final SafetensorsReader reader;
    private final RetrievalGallery gallery;

    private ScoreMatrices(Path file, SafetensorsReader reader, RetrievalGallery gallery) {
        this.file = file;
        this.reader = reader;
        this.gallery = gallery;
    }

    static RetrievalRanks ranks(Path file, RetrievalGallery gallery) {
        try (SafetensorsReader reader = new SafetensorsReader(file)) {
            ScoreMatrices scores = new ScoreMatrices(file, reader, gallery);
            Set<String> names = reader.names();
            if (!names.contains(TEXTS) && !names.contains(IMAGES)) {
                throw new ScoringException(file + ": has no tensor " + TEXTS + " and none " + IMAGES + "; it has "
                        + String.join(", ", names.stream().limit(10).toList()));
            }
            Optional<int[]> texts = names.contains(TEXTS) ? Optional.of(scores.texts()) : Optional.empty();
            int[] images = names.contains(IMAGES) ? scores.images() : scores.imagesByColumn();
            return new RetrievalRanks(texts, Optional.of(images));
        } catch (DamagedFileException e) {
            throw new ScoringException(String.valueOf(e.getMessage()), e);
        }
    }

    private interface Row {
        void visit(int index, float[] scores);
    }

    private void rows(String name, int height, int width, Row visitor) {
        long[] shape = reader.shape(name).orElseThrow();
        if (!Arrays.equals(shape, new long[] {height, width})) {
            throw new ScoringException(file + ": " + name + ": expected (" + height + ", " + width + ") for the "
                    + gallery.images().size() + " images and "
                    + gallery.captions().size() + " captions of " + gallery.file() + ", found "
                    + Arrays.toString(shape));
        }
        try (NDManager manager = Torch.newManager()) {
            NDArray matrix = reader.read(name, manager, Precision.FP32); // (height, width)
            for (int i = 0; i < height; i++) {
                try (NDArray row = matrix.get(i)) {
                    float[] scores = row.toFloatArray();
                    for (int k = 0; k < width; k++) {
                        if (Float.isNaN(scores[k])) {
                            throw new ScoringException(file + ": " + name + "[" + i + ", " + k + "] is no number");
                        }
                    }
                    visitor.visit(i, scores);
                }
            }
        }
    }

    private int[] texts() {
        int[] ranks = new int[gallery.images().size()];
        rows(
                TEXTS,
                gallery.images().size(),
                gallery.captions().size(),
                (image, scores) -> ranks[image] = RecallAtK.rank(scores, text -> gallery.owners()[text] == image));
        return ranks;
    }

    private int[] images() {
        int[] ranks = new int[gallery.captions().size()];
        rows(
                IMAGES,
                gallery.captions().size(),
                gallery.images().size(),
                (text, scores) -> ranks[text] = RecallAtK.rank(scores, image -> image == gallery.owners()[text]));
        return ranks;
    }

    /** Ranks in columns, without a transposed copy: first the right scores, then how many images have a better one. */
    private int[] imagesByColumn() {
        int height = gallery.images().size();
        int width = gallery.captions().size();
        int[] owners = gallery.owners();
        float[] right = new float[width];
        rows(TEXTS, height, width, (image, scores) -> {
            for (int text = 0; text < width; text++) {
                right[text] = owners[text] == image ? scores[text] : right[text];
            }
        });
        int[] ranks = new int[width];
        rows(TEXTS, height, width, (image, scores) -> {
            for (int text = 0; text < width; text++) {
                boolean before = scores[text] > right[text] || (scores[text] == right[text] && image < owners[text]);
                ranks[text] += before ? 1 : 0;
            }
        });
        return ranks;
    }
}
