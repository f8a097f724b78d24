package dev.querent.app.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.querent.experiment.RunDirectory;
import dev.querent.experiment.StepRecord;
import dev.querent.experiment.Study;
import dev.querent.experiment.StudyLoader;
import dev.querent.plugin.PluginRegistry;
import dev.querent.report.StepResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Means, intervals and paired differences of made-up results, as scipy has them. */
class StudyReportTest {

    @TempDir
    private Path folder;

    private StudyFolder study;
    private List<Study.Run> runs;

    @BeforeEach
    void threeSeedsOfTwoVariants() throws IOException {
        Path file = Files.writeString(folder.resolve("s.yaml"), """
                base: %s
                seeds: [1, 2, 3]
                metrics: [captioning.exact, captioning.exat]
                variants: {slow: {bridge: {queries: 5}}, none: {bridge: {queries: 6}}}
                """.formatted(
                        Path.of("shapes/tiny.yaml").toAbsolutePath()));
        try (PluginRegistry registry = PluginRegistry.builtIn()) {
            StudyLoader loader = new StudyLoader(registry);
            study = new StudyFolder(folder.resolve("runs"), loader.load(file));
            runs = loader.runs(study.study());
        }
        double[] base = {0.5, 0.6, 0.4};
        double[] slow = {0.7, 0.65, 0.65};
        for (int seed = 1; seed <= 3; seed++) {
            result("base", seed, base[seed - 1], "s--base--seed" + seed);
            result("slow", seed, slow[seed - 1], "s--base--seed" + seed);
        }
    }

    private void result(String variant, int seed, double exact, String computedBy) throws IOException {
        RunDirectory run = new RunDirectory(folder.resolve("runs/s--" + variant + "--seed" + seed));
        Path step = Files.createDirectories(run.step("captioning"));
        new StepResults("Captions", Map.of("exact", exact), List.of(), List.of()).write(step, List.of());
        Files.writeString(
                step.resolve("metrics.jsonl"),
                "{\"step\": 10, \"loss\": " + exact + "}\n{\"step\": 20, \"loss\": 0.1}\n{\"step\": 30, \"lo");
        StepRecord.of("key", computedBy, 90, Map.of(), step).write(step);
        run.markDone("captioning");
    }

    private JsonNode exact(String variant) throws IOException {
        StudyReport.write(study, runs);
        return JsonMapper.shared()
                .readTree(Files.readString(study.report().resolve("results.json")))
                .path("metrics")
                .path("captioning.exact")
                .path(variant);
    }

    @Test
    void meanDeviationAndIntervalOfAVariant() throws IOException {
        JsonNode slow = exact("slow");

        assertThat(slow.path("mean").asDouble(0)).isCloseTo(0.6666666666666666, within(1e-12));
        assertThat(slow.path("standard-deviation").asDouble(0)).isCloseTo(0.028867513459481255, within(1e-12));
        assertThat(slow.path("low").asDouble(0)).isCloseTo(0.5949558, within(1e-6));
        assertThat(slow.path("high").asDouble(0)).isCloseTo(0.7383775, within(1e-6));
        assertThat(exact("base").has("difference")).isFalse();
        assertThat(exact("none").isMissingNode()).isTrue();
    }

    @Test
    void differencesAreOfRunsWithTheSameSeed() throws IOException {
        JsonNode difference = exact("slow").path("difference");

        assertThat(difference.path("from").asString("")).isEqualTo("base");
        assertThat(difference.path("pairs").asInt(0)).isEqualTo(3);
        assertThat(difference.path("mean").asDouble(0)).isCloseTo(0.16666666666666666, within(1e-12));
        assertThat(difference.path("low").asDouble(0)).isCloseTo(-0.0918906, within(1e-6));
        assertThat(difference.path("high").asDouble(0)).isCloseTo(0.4252239, within(1e-6));
    }

    @Test
    void aSeedWithoutItsPartnerCountsForTheMeanAlone() throws IOException {
        Files.delete(folder.resolve("runs/s--base--seed2/steps/captioning/done"));

        JsonNode slow = exact("slow");
        assertThat(slow.path("seeds").size()).isEqualTo(3);
        assertThat(slow.path("difference").path("pairs").asInt(0)).isEqualTo(2);
        assertThat(slow.path("difference").path("mean").asDouble(0)).isCloseTo(0.225, within(1e-12));
    }

    @Test
    void thePagesShowTheSame() throws IOException {
        StudyReport.Written written = StudyReport.write(study, runs);

        assertThat(written.unknown())
                .containsExactly("metrics: no finished step has a number called captioning.exat."
                        + " Did you mean captioning.exact?");
        assertThat(study.report().resolve("report.md"))
                .content()
                .contains("| slow | 3 | 0.6667 | 0.02887 | 0.5950 to 0.7384 | base | 0.1667 | -0.09189 to 0.4252 | 3 |")
                .contains("| slow | 0 | 0 | 3 | 0:00 | 4:30 |")
                .contains("| all | 0 | 3 | 3 | 4:30 | 4:30 |");
        assertThat(written.page())
                .content()
                .contains(
                        "<td>0.5950 to 0.7384</td>",
                        "Losses, means over seeds",
                        "aria-label=\"loss of captioning over steps\"")
                .contains(">base</text>", ">slow</text>")
                .doesNotContain("<script");
    }
}
