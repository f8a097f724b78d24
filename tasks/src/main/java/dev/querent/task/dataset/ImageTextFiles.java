package dev.querent.task.dataset;

import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.JsonLines;
import dev.querent.data.MissingDataException;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import dev.querent.image.BadImageException;
import dev.querent.image.ImageDecoder;
import dev.querent.image.RgbImage;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A folder of image files, and a file of JSON lines for each split: {@code {"image": "a/b.jpg", "captions": ["..."], "questions":
 * [{"question": "...", "answer": "...", "type": "..."}]}}. {@code caption} instead of {@code captions} gives one; {@code
 * questions} and their {@code type} may be left out; {@code id} and {@code group} name the sample where its split and line
 * number shall not.
 */
@Plugin("image-text-files")
public final class ImageTextFiles implements Dataset {

    /** Where the files are. */
    public record Config(
            @Doc("folder of the images; every line names its image relative to it")
            Path images,

            @Doc("JSON lines of the training split") Path train,
            @Doc("JSON lines of the validation split") Optional<Path> validation,
            @Doc("JSON lines of the test split") Optional<Path> test) {

        Map<String, Path> files() {
            Map<String, Path> files = new LinkedHashMap<>();
            files.put("train", train);
            validation.ifPresent(file -> files.put("validation", file));
            test.ifPresent(file -> files.put("test", file));
            return files;
        }
    }

    private final Path images;
    private final Map<String, JsonLines> splits = new LinkedHashMap<>();

    /**
     * @throws MissingDataException where the folder or one of the files isn't there
     * @throws IllegalArgumentException naming the first line of a file that doesn't say what a line has to
     */
    public ImageTextFiles(Config config, DataFolder unused) {
        images = config.images();
        if (!Files.isDirectory(images)) {
            throw new MissingDataException("data.images: there is no folder " + images);
        }
        config.files().forEach((split, file) -> {
            if (!Files.isRegularFile(file)) {
                throw new MissingDataException("data." + split + ": there is no file " + file);
            }
            splits.put(split, JsonLines.open(file, Line::of));
        });
    }

    @Override
    public Set<String> splits() {
        return splits.keySet();
    }

    @Override
    public SampleList split(String name) {
        JsonLines lines = Splits.of("image-text-files", splits, name);
        return new SampleList() {
            @Override
            public int size() {
                return lines.size();
            }

            @Override
            public Sample get(int index) {
                return sample(name, lines, index);
            }
        };
    }

    private Sample sample(String split, JsonLines lines, int index) {
        Line line = Line.of(lines.get(index));
        String id = line.id().orElse(split + "-" + (index + 1));
        return new Sample(
                id, line.group().orElse(id), () -> decode(line.image(), id), line.captions(), line.questions());
    }

    /** A line from elsewhere must not read any file of this machine. */
    private RgbImage decode(String file, String id) {
        Path path = images.resolve(file).normalize();
        if (!path.startsWith(images.normalize())) {
            throw new BadImageException(id + ": its image \"" + file + "\" is not in " + images);
        }
        return ImageDecoder.decode(path);
    }

    /** What a line says. */
    private record Line(
            Optional<String> id,
            Optional<String> group,
            String image,
            List<String> captions,
            List<Sample.Question> questions) {

        /** @throws IllegalArgumentException naming the key that is missing or wrong */
        static Line of(JsonNode json) {
            List<String> captions = new ArrayList<>();
            if (json.has("captions")) {
                json.path("captions").forEach(caption -> captions.add(text(caption, "captions")));
            } else {
                captions.add(text(json.path("caption"), "caption"));
            }
            if (captions.isEmpty()) {
                throw new IllegalArgumentException("captions: expected at least one, found none");
            }
            List<Sample.Question> questions = new ArrayList<>();
            for (JsonNode asked : json.path("questions")) {
                questions.add(new Sample.Question(
                        asked.path("type").asString("all"),
                        text(asked.path("question"), "questions.question"),
                        text(asked.path("answer"), "questions.answer")));
            }
            return new Line(
                    optional(json, "id"),
                    optional(json, "group"),
                    text(json.path("image"), "image"),
                    captions,
                    questions);
        }

        private static Optional<String> optional(JsonNode json, String key) {
            return json.has(key) ? Optional.of(text(json.path(key), key)) : Optional.empty();
        }

        private static String text(JsonNode value, String key) {
            if (!value.isString() || value.asString().isBlank()) {
                throw new IllegalArgumentException(
                        key + ": expected text, found " + (value.isMissingNode() ? "nothing" : value.toString()));
            }
            return value.asString();
        }
    }

    /** The training captions. */
    @Override
    public int textCount() {
        return split("train").size();
    }

    @Override
    public TextPair text(int index) {
        return new TextPair("", "", split("train").get(index).captions().get(0));
    }

    /** Those of the training split. */
    @Override
    public List<String> words() {
        SampleList samples = split("train");
        return Splits.words(samples, samples.size());
    }
}
