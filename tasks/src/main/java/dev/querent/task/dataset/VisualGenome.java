package dev.querent.task.dataset;

import static dev.querent.task.dataset.JsonElements.required;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Visual Genome's region descriptions ({@code region_descriptions.json}). As in BLIP-2's pre-training, a region's phrase is a caption of the
 * whole image; here an image is one sample, of whose phrases one is drawn at each visit.
 */
@Plugin("visual-genome")
public final class VisualGenome implements AnnotatedDataset {

    private static final String[] FOLDERS = {"VG_100K", "VG_100K_2"};

    /** Where the files are. */
    public record Config(
            @Doc("folder of VG_100K and VG_100K_2, or of the images")
            Path images,

            @Doc("region_descriptions.json") Path regions) {}

    private final FileProblems problems = new FileProblems();
    private final AnnotatedImages train;

    /**
     * @throws MissingDataException where the folder or the file isn't there
     * @throws IllegalArgumentException where the file is no JSON, is cut short or no list
     */
    public VisualGenome(Config config, DataFolder unused) {
        AnnotatedDataset.require("regions", config.images(), config.regions());
        train = new AnnotatedImages(config.images());
        JsonElements.read(config.regions(), Map.of(JsonElements.WHOLE, (number, json) -> add(config, json)), problems);
        train.withoutText()
                .forEach(id -> problems.add(
                        "images without a phrase",
                        config.regions() + ": image " + id + " has no region with a phrase"));
        train.finished();
    }

    private void add(Config config, JsonNode json) {
        String id = required(json, "id");
        if (train.has(id)) {
            throw new IllegalArgumentException("id: " + id + " stands for two images");
        }
        train.image(id, file(config.images(), id + ".jpg"));
        for (JsonNode region : json.path("regions")) {
            if (region.path("phrase").asString("").isBlank()) {
                problems.add(
                        "regions without a phrase",
                        config.regions() + ": region "
                                + region.path("region_id").asString("?") + " of image " + id + " has no phrase");
            } else {
                train.caption(id, required(region, "phrase"));
            }
        }
    }

    private static String file(Path images, String name) {
        for (String folder : FOLDERS) {
            if (Files.exists(images.resolve(folder).resolve(name))) {
                return folder + "/" + name;
            }
        }
        return name;
    }

    @Override
    public String name() {
        return "visual-genome";
    }

    @Override
    public Map<String, AnnotatedImages> annotated() {
        return Map.of("train", train);
    }

    @Override
    public FileProblems found() {
        return problems;
    }
}
