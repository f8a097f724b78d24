package dev.querent.image;

import dev.querent.plugin.CheckpointConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a checkpoint folder says of its images: {@code preprocessor_config.json}, or the {@code image_processor} of
 * {@code processor_config.json}, which wins in transformers 5. Only how the sizes relate is taken: the image side is the
 * encoder's.
 */
public final class PreprocessorConfig {

    private static final int BICUBIC = 3; // Pillow's number
    private static final double RESCALE_FACTOR = 1 / 255.0;
    private static final double TOLERANCE = 1e-9;

    private final String where;
    private final JsonNode json;

    private PreprocessorConfig(String where, JsonNode json) {
        this.where = where;
        this.json = json;
    }

    /**
     * Reads a checkpoint folder.
     *
     * @return empty where the folder has no such file
     * @throws IllegalArgumentException naming file and key, where images would have to be prepared in another way than
     *     {@link ImageTransform} does
     */
    public static Optional<Preprocessing> read(Path folder) {
        Path combined = folder.resolve("processor_config.json");
        if (Files.isRegularFile(combined)) {
            JsonNode part = tree(combined).path("image_processor");
            if (part.isObject()) {
                return Optional.of(new PreprocessorConfig(combined + ": image_processor.", part).preprocessing());
            }
        }
        Path alone = folder.resolve("preprocessor_config.json");
        return Files.isRegularFile(alone)
                ? Optional.of(new PreprocessorConfig(alone + ": ", tree(alone)).preprocessing())
                : Optional.empty();
    }

    private static JsonNode tree(Path file) {
        return CheckpointConfig.json(file, problem -> {
                    throw new IllegalArgumentException(problem);
                })
                .orElseThrow();
    }

    private Preprocessing preprocessing() {
        expect(flag("do_resize", true), "do_resize", "true");
        expect(flag("do_rescale", true), "do_rescale", "true");
        expect(!flag("do_pad", false), "do_pad", "false");
        expect(json.path("resample").asInt(-1) == BICUBIC, "resample", BICUBIC + " (bicubic)");
        double factor = json.path("rescale_factor").asDouble(RESCALE_FACTOR);
        expect(Math.abs(factor - RESCALE_FACTOR) < TOLERANCE, "rescale_factor", "1/255");
        boolean normalised = flag("do_normalize", true);
        List<Double> mean = normalised ? channels("image_mean", Double.NEGATIVE_INFINITY) : List.of(0.0, 0.0, 0.0);
        List<Double> deviation = normalised ? channels("image_std", TOLERANCE) : List.of(1.0, 1.0, 1.0);
        boolean keepsShape = keepsShape();
        return new Preprocessing(keepsShape, margin(keepsShape), mean, deviation);
    }

    /** CLIP's processor means the shorter side by a number alone, and cuts unless told otherwise; others don't. */
    private boolean isClip() {
        return json.path("image_processor_type").asString("").startsWith("CLIP")
                || json.path("feature_extractor_type").asString("").startsWith("CLIP");
    }

    private boolean keepsShape() {
        JsonNode size = json.path("size");
        return size.isNumber() ? isClip() : size.hasNonNull("shortest_edge");
    }

    private double margin(boolean keepsShape) {
        int edge = keepsShape && json.path("size").isObject()
                ? number(json.path("size").path("shortest_edge"), "size.shortest_edge")
                : square("size");
        expect(!json.path("size").hasNonNull("longest_edge"), "size", "no longest_edge");
        if (!flag("do_center_crop", isClip())) {
            expect(!keepsShape, "do_center_crop", "true beside a shorter side, for encoders read squares");
            return 1;
        }
        int crop = square("crop_size");
        expect(crop <= edge, "crop_size", "at most the size " + edge);
        return (double) edge / crop;
    }

    /** A number, or height and width that are equal. */
    private int square(String key) {
        JsonNode size = json.path(key);
        if (!size.isObject()) {
            return number(size, key);
        }
        int height = number(size.path("height"), key + ".height");
        expect(height == number(size.path("width"), key + ".width"), key, "equal height and width");
        return height;
    }

    private int number(JsonNode node, String key) {
        int value = node.isInt() ? node.asInt() : 0;
        if (value < 1) {
            throw wrong(key, "a whole number of pixels", node);
        }
        return value;
    }

    private boolean flag(String key, boolean otherwise) {
        return json.path(key).asBoolean(otherwise);
    }

    private List<Double> channels(String key, double least) {
        JsonNode list = json.path(key);
        List<Double> values =
                list.valueStream().map(value -> value.asDouble(Double.NaN)).toList();
        boolean usable = list.isArray() && values.size() == 3 && values.stream().allMatch(value -> value >= least);
        expect(usable, key, "three numbers" + (least > 0 ? " above 0" : ""));
        return values;
    }

    private void expect(boolean holds, String key, String expected) {
        if (!holds) {
            throw wrong(key, expected, json.path(key));
        }
    }

    private IllegalArgumentException wrong(String key, String expected, JsonNode found) {
        return new IllegalArgumentException(where + key + ": expected " + expected + ", found "
                + (found.isMissingNode() ? "nothing" : found.toString()));
    }
}
