package dev.querent.task.dataset;

import static dev.querent.task.dataset.JsonElements.required;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Captions in Karpathy's format ({@code dataset_coco.json}, {@code dataset_flickr30k.json}), which holds all splits in one file. His
 * {@code restval}, what COCO's validation images leave over, is part of {@code train}, as in everybody's results.
 */
@Plugin("karpathy-captions")
public final class KarpathyCaptions implements AnnotatedDataset {

    private static final Map<String, String> SPLITS =
            Map.of("train", "train", "restval", "train", "val", "validation", "test", "test");

    /** Where the files are. */
    public record Config(
            @Doc("folder of the images, with train2014 and val2014 in it for COCO")
            Path images,

            @Doc("dataset_coco.json or dataset_flickr30k.json")
            Path annotations) {}

    private final FileProblems problems = new FileProblems();
    private final Map<String, AnnotatedImages> splits = new LinkedHashMap<>();

    /**
     * @throws MissingDataException where the folder or the file isn't there
     * @throws IllegalArgumentException where the file is no JSON, is cut short or has other keys
     */
    public KarpathyCaptions(Config config, DataFolder unused) {
        AnnotatedDataset.require("annotations", config.images(), config.annotations());
        for (String split : new String[] {"train", "validation", "test"}) {
            splits.put(split, new AnnotatedImages(config.images()));
        }
        JsonElements.read(config.annotations(), Map.of("images", (number, json) -> add(json)), problems);
        splits.forEach((split, images) -> images.withoutText()
                .forEach(id -> problems.add(
                        "images without a caption", config.annotations() + ": image " + id + " has no sentence")));
        splits.values().forEach(AnnotatedImages::finished);
    }

    private void add(JsonNode json) {
        String split = SPLITS.get(required(json, "split"));
        if (split == null) {
            throw new IllegalArgumentException(
                    "split: expected train, restval, val or test, found \"" + required(json, "split") + "\"");
        }
        String id = required(json, json.has("cocoid") ? "cocoid" : "imgid");
        Check.that(
                splits.values().stream().noneMatch(images -> images.has(id)), "image " + id + " is in the file twice");
        AnnotatedImages images = Splits.of(name(), splits, split);
        String folder = json.has("filepath") ? required(json, "filepath") + "/" : "";
        images.image(id, folder + required(json, "filename"));
        for (JsonNode sentence : json.path("sentences")) {
            images.caption(id, required(sentence, "raw"));
        }
    }

    @Override
    public String name() {
        return "karpathy-captions";
    }

    @Override
    public Map<String, AnnotatedImages> annotated() {
        return splits;
    }

    @Override
    public FileProblems found() {
        return problems;
    }
}
