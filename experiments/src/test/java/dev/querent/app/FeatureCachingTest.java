package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whole runs with cached features: the numbers of runs without, and one cache for all that may share it. */
class FeatureCachingTest {

    private static final Path TINY = Path.of("shapes/tiny.yaml");
    private static final String WHOLE = "{min-scale: 1, max-scale: 1, min-ratio: 1, max-ratio: 1}";

    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    @Test
    void withoutAugmentationTheLossesAreThoseOfImagesThatAreEncodedAnew() throws IOException {
        assertThat(run(
                        TINY,
                        "anew",
                        "steps.representation.augmentation.min-scale=1",
                        "steps.representation.augmentation.min-ratio=1",
                        "steps.representation.augmentation.max-ratio=1",
                        "steps.generative.augmentation.min-scale=1",
                        "steps.generative.augmentation.min-ratio=1",
                        "steps.generative.augmentation.max-ratio=1"))
                .as(err::toString)
                .isZero();
        Path cached = experiment("fp32", 1, WHOLE);
        assertThat(run(cached, "cached")).as(err::toString).isZero();
        for (String step : List.of("representation", "generative")) {
            List<JsonNode> expected = metrics("anew", step);
            List<JsonNode> found = metrics("cached", step);
            assertThat(found).hasSize(20);
            for (int i = 0; i < 20; i++) {
                assertThat(found.get(i).path("loss"))
                        .as(step + " " + i)
                        .isEqualTo(expected.get(i).path("loss"));
            }
        }
    }

    @Test
    void runsShareACacheWhereEverythingItDependsOnIsEqual() throws IOException {
        Path views = experiment("fp16", 2, "{}");
        assertThat(run(views, "first")).as(err::toString).isZero();
        Map<Path, FileTime> written = caches();
        assertThat(written.keySet().stream().map(Path::getParent).distinct()).hasSize(1);
        assertThat(run(views, "second", "steps.representation.training.steps=3"))
                .as(err::toString)
                .isZero();
        assertThat(caches()).isEqualTo(written);
        // another seed draws another encoder here, which has no checkpoint
        assertThat(run(views, "third", "seed=2", "steps.representation.training.steps=3"))
                .as(err::toString)
                .isZero();
        assertThat(caches().keySet().stream().map(Path::getParent).distinct()).hasSize(2);
        assertThat(caches()).containsAllEntriesOf(written);
    }

    @Test
    void aStepThatCachesNothingIsNamed() {
        assertThat(run(TINY, "missing", "steps.representation.features=nowhere"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("found \"nowhere\"").contains("feature-caching");
    }

    /** tiny.yaml with a step before stage 1. */
    private Path experiment(String precision, int views, String augmentation) throws IOException {
        Path file = folder.resolve("cached-" + precision + ".yaml");
        String tiny = Files.readString(TINY);
        String steps = "steps:\n  features: {plugin: feature-caching, precision: " + precision + ", views: " + views
                + ", batch-size: 7, augmentation: " + augmentation + "}\n";
        return Files.writeString(
                file,
                tiny.replace("steps:\n", steps)
                        .replace("plugin: representation", "plugin: representation\n    features: features")
                        .replace("plugin: generative", "plugin: generative\n    features: features"));
    }

    private int run(Path file, String name, String... settings) {
        List<String> all = new ArrayList<>(List.of("run", file.toString()));
        all.addAll(List.of(
                "--runs", folder.toString(), "--data", folder.resolve("data").toString()));
        Stream.concat(
                        Stream.of(
                                "name=" + name,
                                "threads=1",
                                "steps.vision-pretraining=null",
                                "steps.language-pretraining=null",
                                "steps.retrieval=null",
                                "steps.captioning=null",
                                "steps.questions=null",
                                "steps.representation.training.log-every=1",
                                "steps.generative.training.log-every=1"),
                        Stream.of(settings))
                .forEach(setting -> all.addAll(List.of("--set", setting)));
        return Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), all.toArray(String[]::new));
    }

    private Map<Path, FileTime> caches() throws IOException {
        try (Stream<Path> tree = Files.walk(folder.resolve("data/features"))) {
            Map<Path, FileTime> times = new TreeMap<>();
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
            return times;
        }
    }

    private List<JsonNode> metrics(String name, String step) throws IOException {
        return Files.readAllLines(folder.resolve(name + "/steps/" + step + "/metrics.jsonl")).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }
}
