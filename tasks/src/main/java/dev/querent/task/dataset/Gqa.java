package dev.querent.task.dataset;

import static dev.querent.task.dataset.JsonElements.required;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * GQA's questions ({@code train_balanced_questions.json}): a map from each question's id to the question. Whole-sentence answers, where there
 * are any, are captions. The answers to a test split may be kept back.
 */
@Plugin("gqa")
public final class Gqa implements AnnotatedDataset {

    /** Where the files are. */
    public record Config(
            @Doc("folder of the images, named as 2375429.jpg is")
            Path images,

            @Doc("e.g. train_balanced_questions.json") Optional<Path> train,
            @Doc("e.g. val_balanced_questions.json") Optional<Path> validation,
            @Doc("e.g. testdev_balanced_questions.json") Optional<Path> test) {
        public Config {
            Check.that(
                    train.or(() -> validation).or(() -> test).isPresent(),
                    "missing; expected at least one of train, validation and test");
        }
    }

    private final FileProblems problems = new FileProblems();
    private final Map<String, AnnotatedImages> splits = new LinkedHashMap<>();

    /**
     * @throws MissingDataException where the folder or a file isn't there
     * @throws IllegalArgumentException where a file is no JSON, is cut short or no map
     */
    public Gqa(Config config, DataFolder unused) {
        config.train().ifPresent(file -> splits.put("train", read("train", config.images(), file)));
        config.validation().ifPresent(file -> splits.put("validation", read("validation", config.images(), file)));
        config.test().ifPresent(file -> splits.put("test", read("test", config.images(), file)));
    }

    private AnnotatedImages read(String name, Path folder, Path file) {
        AnnotatedDataset.require(name, folder, file);
        AnnotatedImages images = new AnnotatedImages(folder);
        JsonElements.read(
                file, Map.of(JsonElements.WHOLE, (id, json) -> add(images, id, name.equals("test"), json)), problems);
        return images.finished();
    }

    private static void add(AnnotatedImages images, String id, boolean mayBeKeptBack, JsonNode json) {
        String image = required(json, "imageId");
        String question = required(json, "question");
        boolean keptBack = mayBeKeptBack && !json.has("answer");
        List<String> answers = keptBack ? List.of() : List.of(required(json, "answer"));
        images.image(image, image + ".jpg");
        images.question(
                image,
                new Sample.Question(
                        id,
                        json.path("types").path("structural").asString("all"),
                        question,
                        String.join("", answers),
                        answers));
        if (!json.path("fullAnswer").asString("").isBlank()) {
            images.caption(image, required(json, "fullAnswer"));
        }
    }

    @Override
    public String name() {
        return "gqa";
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
