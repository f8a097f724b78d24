package dev.querent.task.scoring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Recall at 1, 5 and 10 as LAVIS reports it: an image finds texts, where the best of its several captions counts, and each caption
 * is a query for its image.
 */
final class RetrievalScoring {

    private static final List<Integer> DEPTHS = List.of(1, 5, 10);

    private final RetrievalGallery gallery;

    RetrievalScoring(Path annotations) {
        gallery = RetrievalGallery.read(annotations);
    }

    /** @param predictions scores in safetensors, or rankings in JSON */
    Scores score(Path predictions) {
        RetrievalRanks ranks = isSafetensors(predictions)
                ? ScoreMatrices.ranks(predictions, gallery)
                : Rankings.ranks(predictions, gallery);
        Map<String, Double> overall = new LinkedHashMap<>();
        List<Double> means = new ArrayList<>();
        ranks.texts().ifPresent(it -> means.add(put("txt", it, overall)));
        ranks.images().ifPresent(it -> means.add(put("img", it, overall)));
        if (means.size() == 2) {
            overall.put("r_mean", (means.get(0) + means.get(1)) / 2);
        }
        return new Scores(gallery.images().size(), overall, Map.of());
    }

    private static boolean isSafetensors(Path file) {
        return String.valueOf(file.getFileName()).endsWith(".safetensors");
    }

    private static double put(String direction, int[] ranks, Map<String, Double> overall) {
        double sum = 0;
        for (int depth : DEPTHS) {
            int found = 0;
            for (int rank : ranks) {
                found += rank < depth ? 1 : 0;
            }
            double recall = 100.0 * found / ranks.length;
            overall.put(direction + "_r" + depth, recall);
            sum += recall;
        }
        double mean = sum / DEPTHS.size();
        overall.put(direction + "_r_mean", mean);
        return mean;
    }

    /**
     * Ranks from 0 on, of those directions that were there.
     *
     * @param texts of the best of its captions for each image
     * @param images of its image for each caption
     */
    record RetrievalRanks(Optional<int[]> texts, Optional<int[]> images) {}

    /** Rankings shorter than this don't tell the recall at 10, unless all of the gallery is in them. */
    static int leastLength(int gallery) {
        return Math.min(gallery, DEPTHS.get(DEPTHS.size() - 1));
    }

    /** Where each item stands. */
    static <T> Map<T, Integer> positions(List<T> items) {
        Map<T, Integer> positions = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            positions.put(items.get(i), i);
        }
        return positions;
    }
}
