package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Sample;
import dev.querent.torch.Torch;
import dev.querent.weights.Precision;
import dev.querent.weights.SafetensorsReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What the first half of the step has left on disk: for each range a safetensors file with {@code similarities} (images of the range,
 * T), with the features of each image in the encoder's precision, {@code features.7} (N, Dv), and, in its header, why images can't
 * be used. Here those images and their texts are left out of the gallery. Nothing is held in memory but one range at a time.
 */
final class SeenImages {

    static final String SIMILARITIES = "similarities";
    static final String FEATURES = "features.";

    private final RetrievalParts parts;
    private final Map<Integer, String> bad = new TreeMap<>();
    private final Gallery gallery;
    private final int[] places; // of each usable image: among all
    private final int[] columns; // of each text of the gallery: among all texts

    /** Hears of one image's similarities. */
    interface Visitor {
        /**
         * @param image its index among the usable ones
         * @param similarities (T) with each text of the gallery
         */
        void visit(int image, float[] similarities);
    }

    /**
     * @param parts the files of all ranges are there
     * @param whole all images
     * @param among makes a gallery of some of its samples
     */
    SeenImages(RetrievalParts parts, Gallery whole, Function<List<Sample>, Gallery> among) {
        this.parts = parts;
        for (int range = 0; range < parts.ranges(); range++) {
            try (SafetensorsReader file = new SafetensorsReader(parts.seen(range))) {
                file.metadata().forEach((image, reason) -> bad.put(Integer.valueOf(image), reason));
            }
        }
        places = IntStream.range(0, whole.images())
                .filter(image -> !bad.containsKey(image))
                .toArray();
        List<Sample> usable = new ArrayList<>();
        for (int place : places) {
            usable.add(whole.samples().get(place));
        }
        gallery = bad.isEmpty() ? whole : among.apply(usable);
        columns = new int[gallery.texts().size()];
        for (int image = 0; image < places.length; image++) {
            int[] own = gallery.ownTexts(image);
            for (int caption = 0; caption < own.length; caption++) {
                columns[own[caption]] = whole.ownTexts(places[image])[caption];
            }
        }
    }

    /** The usable images and their texts. */
    Gallery gallery() {
        return gallery;
    }

    /** Why images can't be used, by their index among all. */
    Map<Integer, String> bad() {
        return bad;
    }

    /** The first usable image that isn't before a range; as many as there are, behind the last range. */
    int firstOf(int range) {
        int first = Arrays.binarySearch(places, parts.first(range));
        return first < 0 ? -1 - first : first;
    }

    /** The features' name in its range's file, of a usable image. */
    String features(int image) {
        return FEATURES + places[image];
    }

    /** Visits usable images, from {@code start} to before {@code end}, in order. */
    void forEach(int start, int end, Visitor visitor) {
        int image = start;
        while (image < end) {
            int range = parts.range(places[image]);
            try (NDManager manager = Torch.newManager();
                    SafetensorsReader file = new SafetensorsReader(parts.seen(range))) {
                NDArray rows = file.read(SIMILARITIES, manager, Precision.FP32); // (images of the range, all T)
                while (image < end && parts.range(places[image]) == range) {
                    try (NDArray row = rows.get(places[image] - parts.first(range))) {
                        visitor.visit(image, columnsOf(row.toFloatArray()));
                    }
                    image++;
                }
            }
        }
    }

    private float[] columnsOf(float[] row) {
        if (bad.isEmpty()) {
            return row;
        }
        float[] kept = new float[columns.length];
        for (int text = 0; text < kept.length; text++) {
            kept[text] = row[columns[text]];
        }
        return kept;
    }
}
