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
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Captions in COCO's own format ({@code captions_train2014.json}, and {@code nocaps_val_4500_captions.json}): lists of {@code images}
 * and {@code annotations}. An image is a sample with all of its captions. A test file may be without {@code annotations}: its captions are
 * kept back, as those of {@code nocaps_test_image_info.json}.
 */
@Plugin("coco-captions")
public final class CocoCaptions implements AnnotatedDataset {

    /** Where the splits are. */
    public record Config(
            @Doc("training images and their captions") Optional<Split> train,
            @Doc("validation images and their captions") Optional<Split> validation,

            @Doc("test images, and their captions where they are published")
            Optional<Split> test) {
        public Config {
            Check.that(
                    train.or(() -> validation).or(() -> test).isPresent(),
                    "missing; expected at least one of train, validation and test");
        }
    }

    /** One split. */
    public record Split(
            @Doc("folder of the images") Path images,

            @Doc("file with the keys images and annotations; of a test split perhaps images alone")
            Path annotations) {}

    private final FileProblems problems = new FileProblems();
    private final Map<String, AnnotatedImages> splits = new LinkedHashMap<>();

    /**
     * @throws MissingDataException where a folder or file isn't there
     * @throws IllegalArgumentException where a file is no JSON, is cut short or has other keys
     */
    public CocoCaptions(Config config, DataFolder unused) {
        config.train().ifPresent(split -> splits.put("train", read("train", split)));
        config.validation().ifPresent(split -> splits.put("validation", read("validation", split)));
        config.test().ifPresent(split -> splits.put("test", read("test", split)));
    }

    private AnnotatedImages read(String name, Split split) {
        AnnotatedDataset.require(name, split.images(), split.annotations());
        AnnotatedImages images = new AnnotatedImages(split.images());
        JsonElements.read(
                split.annotations(),
                Map.of("images", (number, json) -> {
                    String id = required(json, "id");
                    Check.that(!images.has(id), "id: " + id + " stands for two images");
                    images.image(id, file(json), json.path("domain").asString(""));
                }),
                problems);
        if (name.equals("test") && !JsonElements.hasKey(split.annotations(), "annotations")) {
            return images.finishedWithAll();
        }
        JsonElements.read(
                split.annotations(),
                Map.of("annotations", (number, json) -> {
                    String id = required(json, "image_id");
                    Check.that(images.has(id), "image_id: there is no image " + id + " in \"images\"");
                    images.caption(id, required(json, "caption"));
                }),
                problems);
        images.withoutText()
                .forEach(id -> problems.add(
                        "images without a caption", split.annotations() + ": image " + id + " has no caption"));
        return images.finished();
    }

    /** Some files of NoCaps name images by their Open Images id alone. */
    private static String file(JsonNode json) {
        return json.has("open_images_id") && !json.has("file_name")
                ? required(json, "open_images_id") + ".jpg"
                : required(json, "file_name");
    }

    @Override
    public String name() {
        return "coco-captions";
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
