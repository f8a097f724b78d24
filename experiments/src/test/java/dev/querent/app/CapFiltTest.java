package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.testing.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** CapFilt from end to end at a tiny size: a run that has learned a little writes and ranks captions, another one trains on them. */
class CapFiltTest {

    private static final List<String> TINY = List.of(
            "threads=1",
            "data.train-samples=41",
            "data.test-samples=10",
            "data.image-size=32",
            "vision.image-size=32",
            "vision.width=32",
            "vision.mlp=64",
            "vision.layers=2",
            "bridge.width=32",
            "bridge.mlp=64",
            "bridge.layers=2",
            "bridge.queries=4",
            "steps.vision-pretraining=null",
            "steps.captioning=null",
            "steps.representation.batch-size=8",
            "steps.representation.training.steps=10",
            "steps.representation.training.warmup-steps=2");

    @TempDir
    private Path folder;

    @Test
    void trainsOnTheCaptionsThatItKept() throws Exception {
        assertThat(run("capfilt-teacher", "name=teacher")).isZero();
        String[] tools = {
            "captioner.run=" + folder.resolve("teacher"),
            "scorer.run=" + folder.resolve("teacher"),
            "steps.capfilt.captions=4",
            "steps.capfilt.batch-size=4"
        };
        assertThat(run("capfilt", "name=whole", tools)).isZero();
        assertThat(run("capfilt", "name=parts", add(tools, "steps.capfilt.partition-size=12")))
                .isZero();

        Path captions = folder.resolve("whole/steps/capfilt/output/captions.jsonl");
        List<String> lines = Files.readAllLines(captions);
        assertThat(lines).hasSize(41);
        for (int index = 0; index < lines.size(); index++) {
            JsonNode line = JsonMapper.shared().readTree(lines.get(index));
            assertThat(line.path("index").asInt()).isEqualTo(index);
            List<Double> scores = new ArrayList<>();
            line.path("scores").forEach(score -> scores.add(score.asDouble()));
            assertThat(scores).hasSize(2).isSortedAccordingTo(Collections.reverseOrder());
            assertThat(line.path("captions").get(0).asString())
                    .isNotBlank()
                    .isNotEqualTo(line.path("captions").get(1).asString());
        }
        assertThat(lines.stream().filter(line -> line.contains("\"own\":[false")))
                .as("images whose best caption was written")
                .isNotEmpty();
        assertThat(Files.readAllLines(folder.resolve("parts/steps/capfilt/output/captions.jsonl")))
                .as("in partitions of 12, which are whole batches")
                .isEqualTo(lines);
        assertThat(folder.resolve("whole/steps/representation/output/bridge.safetensors"))
                .exists();
        assertThat(Files.readString(folder.resolve("whole/report/report.md"))).contains("What CapFilt kept");
    }

    @Test
    void anImageThatCannotBeReadIsNamedAndLeftOut() throws Exception {
        assertThat(run("capfilt-teacher", "name=teacher")).isZero();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 9; i++) {
            BegunRun.image(folder.resolve(i + ".png"), i);
            lines.append("{\"id\": \"picture-" + i + "\", \"image\": \"" + i + ".png\", \"caption\": \"a red circle "
                    + i + "\"}\n");
        }
        Files.writeString(folder.resolve("4.png"), "no picture");
        Files.writeString(folder.resolve("train.jsonl"), lines);
        Path file = folder.resolve("files.yaml");
        Files.writeString(file, """
                extends: %s
                name: files
                data: {plugin: image-text-files, images: %s, train: %s}
                captioner: {run: %s}
                scorer: {run: %s}
                steps: {retrieval: null}
                """.formatted(
                        Path.of("shapes/capfilt.yaml").toAbsolutePath(),
                        folder,
                        folder.resolve("train.jsonl"),
                        folder.resolve("teacher"),
                        folder.resolve("teacher")));
        List<Object> arguments = new ArrayList<>(List.of("run", file, "--runs", folder, "--data", folder));
        TINY.stream()
                .filter(setting -> !setting.startsWith("data."))
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        arguments.addAll(List.of("--set", "steps.representation.batch-size=4", "--set", "steps.capfilt.batch-size=3"));
        CommandLineRun run = new CommandLineRun();
        assertThat(run.run(arguments.toArray())).as(run.err()).isZero();
        assertThat(Files.readAllLines(folder.resolve("files/steps/capfilt/output/captions.jsonl")))
                .hasSize(8)
                .noneMatch(line -> line.contains("picture-4"))
                .allMatch(line -> line.contains("\"scores\":["));
        assertThat(Files.readAllLines(folder.resolve("files/quarantine.jsonl")))
                .singleElement()
                .asString()
                .contains("picture-4");
    }

    @Test
    void blipWritesAndClipRanks() throws Exception {
        Path file = folder.resolve("published.yaml");
        Files.writeString(file, """
                threads: 1
                data: {plugin: shapes, image-size: 16, train-samples: 7, validation-samples: 2, test-samples: 2}
                captioner: {plugin: blip, checkpoint: %s}
                scorer: {plugin: clip, checkpoint: %s}
                steps:
                  capfilt: {plugin: capfilt, batch-size: 3, min-new-tokens: 1, max-new-tokens: 5}
                """.formatted(
                        Golden.folder(CapFiltTest.class, "/dev/querent/vision/blip-three"),
                        Golden.folder(CapFiltTest.class, "/dev/querent/vision/clip-quick-gelu")));
        CommandLineRun run = new CommandLineRun();
        assertThat(run.run("run", file, "--runs", folder, "--data", folder))
                .as(run.err())
                .isZero();
        Path captions = folder.resolve("published/steps/capfilt/output/captions.jsonl");
        assertThat(Files.readAllLines(captions)).hasSize(7);
        assertThat(Files.readString(folder.resolve("published/provenance.json")))
                .contains("captioner", "scorer");
    }

    @Test
    void withoutToolsItIsRefused() {
        CommandLineRun run = new CommandLineRun();
        assertThat(run.run("validate", "shapes/capfilt.yaml", "--set", "captioner=null"))
                .isEqualTo(2);
        assertThat(run.err()).contains("capfilt needs something that writes captions");
    }

    @Test
    void aRunThatIsNotThereIsNamed() {
        CommandLineRun run = new CommandLineRun();
        List<Object> arguments = arguments("capfilt", "name=alone", "captioner.run=" + folder.resolve("nowhere"));
        assertThat(run.run(arguments.toArray())).isEqualTo(1);
        assertThat(run.err()).contains("stage 1 is done, found none at " + folder.resolve("nowhere"));
    }

    private int run(String file, String name, String... settings) {
        CommandLineRun run = new CommandLineRun();
        int code = run.run(arguments(file, name, settings).toArray());
        assertThat(run.err()).as(file).doesNotContain("error");
        return code;
    }

    private List<Object> arguments(String file, String name, String... settings) {
        List<Object> arguments = new ArrayList<>(List.of("run", "shapes/" + file + ".yaml"));
        arguments.addAll(List.of("--runs", folder, "--data", folder, "--set", name));
        TINY.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        return arguments;
    }

    private static String[] add(String[] settings, String more) {
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = more;
        return all;
    }
}
