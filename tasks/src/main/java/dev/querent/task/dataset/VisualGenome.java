package dev.querent.task.dataset;

import static dev.querent.task.dataset.JsonElements.required;

import dev.querent.data.DataFolder;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Visual Genome's region descriptions ({@code region_descriptions.json}) and questions ({@code question_answers.json}), or one of the two. As
 * in BLIP-2's pre-training, a region's phrase is a caption of the whole image; here an image is one sample, of whose texts one is drawn at
 * each visit.
 */
@Plugin("visual-genome")
public final class VisualGenome implements AnnotatedDataset {

    private static final String[] FOLDERS = {"VG_100K", "VG_100K_2"};

    /** Where the files are. */
    public record Config(
            @Doc("folder of VG_100K and VG_100K_2, or of the images")
            Path images,

            @Doc("region_descriptions.json") Optional<Path> regions,
            @Doc("question_answers.json") Optional<Path> questions) {
        public Config {
            Check.that(
                    regions.or(() -> questions).isPresent(), "missing; expected regions, questions, or both of them");
        }
    }

    private final FileProblems problems = new FileProblems();
    private final AnnotatedImages train;

    /**
     * @throws MissingDataException where the folder or the file isn't there
     * @throws IllegalArgumentException where the file is no JSON, is cut short or no list
     */
    public VisualGenome(Config config, DataFolder unused) {
        train = new AnnotatedImages(config.images());
        config.regions().ifPresent(file -> readRegions(config.images(), file));
        config.questions().ifPresent(file -> readQuestions(config.images(), file));
        train.finished();
    }

    private void readRegions(Path images, Path file) {
        AnnotatedDataset.require("regions", images, file);
        JsonElements.read(file, Map.of(JsonElements.WHOLE, (number, json) -> addRegions(images, file, json)), problems);
        train.withoutText()
                .forEach(id -> problems.add(
                        "images without a phrase", file + ": image " + id + " has no region with a phrase"));
    }

    private void addRegions(Path images, Path file, JsonNode json) {
        String id = required(json, "id");
        if (train.has(id)) {
            throw new IllegalArgumentException("id: " + id + " stands for two images");
        }
        train.image(id, file(images, id + ".jpg"));
        for (JsonNode region : json.path("regions")) {
            if (region.path("phrase").asString("").isBlank()) {
                problems.add(
                        "regions without a phrase",
                        file + ": region " + region.path("region_id").asString("?") + " of image " + id
                                + " has no phrase");
            } else {
                train.caption(id, required(region, "phrase"));
            }
        }
    }

    private void readQuestions(Path images, Path file) {
        AnnotatedDataset.require("questions", images, file);
        JsonElements.read(file, Map.of(JsonElements.WHOLE, (number, json) -> addQuestions(images, json)), problems);
    }

    /** Answers are short sentences ({@code On the table.}); their points are none of what is learned. */
    private void addQuestions(Path images, JsonNode json) {
        String id = required(json, "id");
        train.image(id, file(images, id + ".jpg"));
        for (JsonNode asked : json.path("qas")) {
            String answer =
                    required(asked, "answer").strip().toLowerCase(Locale.ROOT).replaceFirst("\\.+$", "");
            train.question(
                    id,
                    new Sample.Question(
                            required(asked, "qa_id"), "all", required(asked, "question"), answer, List.of(answer)));
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
