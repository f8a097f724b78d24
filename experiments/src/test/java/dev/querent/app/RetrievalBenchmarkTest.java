package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.querent.report.StepResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A benchmark's data set of its own in a run, and its official files scored by {@code querent metrics}. */
class RetrievalBenchmarkTest {

    @TempDir
    private Path folder;

    private final CommandLineRun run = new CommandLineRun();

    @Test
    void aDataSetOfTheStepsOwnIsSearchedAndItsRankingsGiveTheSameRecalls() throws IOException {
        Path file = Files.writeString(folder.resolve("benchmark.yaml"), """
                seed: 1
                threads: 1
                data: {plugin: shapes, image-size: 16, train-samples: 2, validation-samples: 2, test-samples: 3}
                vision: {plugin: clip-vit, image-size: 16, patch-size: 8, width: 16, layers: 2, heads: 2, mlp: 32, precision: bf16}
                bridge: {plugin: q-former, queries: 2, width: 16, layers: 2, heads: 2, mlp: 32, shared-width: 8}
                steps:
                  retrieval:
                    plugin: retrieval-evaluation
                    data: {plugin: shapes, image-size: 16, train-samples: 2, validation-samples: 2, test-samples: 30}
                    different-captions: false
                    rerank: 4
                    partition-size: 7
                """);
        assertThat(run.run("run", file, "--runs", folder, "--data", folder))
                .as(run.err())
                .isZero();
        Path step = folder.resolve("benchmark/steps/retrieval");
        Map<String, Double> found = StepResults.read(step).orElseThrow().numbers();
        assertThat(found).containsEntry("images", 30.0);
        assertThat(step.resolve("parts")).doesNotExist();

        run.clear();
        assertThat(run.run(
                        "metrics",
                        "--benchmark",
                        "coco-retrieval",
                        "--annotations",
                        step.resolve("gallery.json"),
                        "--predictions",
                        step.resolve("rankings.json"),
                        "--json"))
                .as(run.err())
                .isZero();
        JsonNode overall = JsonMapper.shared().readTree(run.out()).path("overall");
        for (String cut : List.of("1", "5", "10")) {
            assertThat(overall.path("txt_r" + cut).asDouble(-1) / 100)
                    .isCloseTo(found.get("itm-image-to-text-recall-" + cut), within(1e-9));
            assertThat(overall.path("img_r" + cut).asDouble(-1) / 100)
                    .isCloseTo(found.get("itm-text-to-image-recall-" + cut), within(1e-9));
        }
    }
}
