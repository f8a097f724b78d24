package dev.querent.task.evaluation;

import dev.querent.file.AtomicFile;
import java.nio.file.Path;
import java.util.Arrays;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code ./querent metrics --benchmark coco-retrieval} reads: the gallery in LAVIS's format, which counts images and captions
 * through, and the first ten of each query.
 */
final class RankingFiles {

    private RankingFiles() {}

    /** Writes {@code gallery.json} and {@code rankings.json} into a step's folder; for a gallery in which every caption counts for itself. */
    static void write(Path folder, Gallery gallery, Reranking reranking) {
        ArrayNode images = JsonMapper.shared().createArrayNode();
        ArrayNode rankings = JsonMapper.shared().createArrayNode();
        for (int image = 0; image < gallery.images(); image++) {
            ObjectNode node =
                    images.addObject().put("image", gallery.samples().get(image).id());
            ArrayNode captions = node.putArray("caption");
            for (int text : gallery.ownTexts(image)) {
                captions.add(gallery.texts().get(text));
            }
            add(rankings, "image_id", image, reranking.texts(image));
        }
        for (int text = 0; text < gallery.texts().size(); text++) {
            add(rankings, "caption_id", text, reranking.images(text));
        }
        AtomicFile.write(folder.resolve("gallery.json"), JsonMapper.shared().writeValueAsBytes(images));
        AtomicFile.write(folder.resolve("rankings.json"), JsonMapper.shared().writeValueAsBytes(rankings));
    }

    private static void add(ArrayNode rankings, String key, int query, int[] found) {
        ArrayNode ranking = rankings.addObject().put(key, query).putArray("ranking");
        Arrays.stream(found).limit(Candidates.DEPTH).forEach(ranking::add);
    }
}
