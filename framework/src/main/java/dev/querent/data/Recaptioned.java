package dev.querent.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A data set whose training captions were chosen anew: JSON lines such as {@code {"index": 17, "id": "train-17", "captions": ["...",
 * "..."], "scores": [0.31, 0.29]}}, each for the sample of that index. Samples that no line names are left out; all else is the original's.
 */
public final class Recaptioned implements Dataset {

    private static final String TRAIN = "train";

    private final Dataset original;
    private final Path file;
    private final JsonLines lines;

    /**
     * @param file in which each line has an {@code index}, the {@code id} found there, and one caption or more
     * @throws IllegalArgumentException naming the first line that has not
     */
    public Recaptioned(Dataset original, Path file) {
        this.original = original;
        this.file = file;
        int size = original.split(TRAIN).size();
        lines = JsonLines.open(file, line -> check(line, size));
    }

    private static void check(JsonNode line, int size) {
        int index = line.path("index").asInt(-1);
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("index: expected 0 to " + (size - 1) + ", found " + line.path("index"));
        }
        if (!line.path("captions").isArray() || line.path("captions").isEmpty()) {
            throw new IllegalArgumentException("captions: expected at least one, found none");
        }
    }

    @Override
    public Set<String> splits() {
        return original.splits();
    }

    @Override
    public SampleList split(String name) {
        SampleList samples = original.split(name);
        if (!name.equals(TRAIN)) {
            return samples;
        }
        return new SampleList() {
            @Override
            public int size() {
                return lines.size();
            }

            @Override
            public Sample get(int place) {
                JsonNode line = lines.get(place);
                Sample sample = samples.get(line.path("index").asInt());
                if (!sample.id().equals(line.path("id").asString(""))) {
                    throw new IllegalArgumentException(
                            file + ":" + (place + 1) + ": these captions are of other data: expected \"" + sample.id()
                                    + "\", found " + line.path("id"));
                }
                List<String> captions = new ArrayList<>();
                line.path("captions").forEach(caption -> captions.add(caption.asString("")));
                return new Sample(
                        sample.id(),
                        sample.group(),
                        sample.image(),
                        captions,
                        sample.questions(),
                        sample.prompts(),
                        sample.domain());
            }
        };
    }

    @Override
    public int textCount() {
        return original.textCount();
    }

    @Override
    public TextPair text(int index) {
        return original.text(index);
    }

    @Override
    public List<String> words() {
        return original.words();
    }
}
