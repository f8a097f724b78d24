package dev.querent.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.file.AtomicFile;
import dev.querent.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonReportTest {

    @TempDir
    private Path folder;

    private Path one;
    private Path two;
    private Path to;

    @BeforeEach
    void makeRuns() {
        one = folder.resolve("a/run");
        two = folder.resolve("b/run");
        to = folder.resolve("comparison");
        AtomicFile.write(one.resolve("resolved.yaml"), """
                name: one
                seed: 1
                bridge: {plugin: q-former, queries: 8, width: 32}
                steps:
                  training: {plugin: generative, training: {steps: 20, learning-rate: 1.0e-3}}
                  captioning: {plugin: captioning-evaluation}
                  probe: {plugin: probe}
                """);
        AtomicFile.write(two.resolve("resolved.yaml"), """
                name: two
                seed: 1
                bridge: {plugin: linear}
                steps:
                  training: {plugin: generative, training: {steps: 20, learning-rate: 2.0e-3}}
                  captioning: {plugin: captioning-evaluation}
                """);
        for (Path run : List.of(one, two)) {
            AtomicFile.write(
                    run.resolve("steps/training/metrics.jsonl"),
                    "{\"step\": 1, \"loss\": 4}\n{\"step\": 20, \"loss\": %d}\n".formatted(run.equals(one) ? 1 : 2));
        }
        new StepResults("Probe", Map.of("queries", 0.75), List.of(), List.of())
                .write(one.resolve("steps/probe"), List.of());
        for (Path run : List.of(one, two)) {
            AtomicFile.write(run.resolve("steps/attention/a.png"), Pictures.png(new RgbImage(1, 1, new byte[3]), 8));
            new StepResults("Attention", Map.of(), List.of(), List.of(), List.of(new ResultPicture("a.png", "a cat")))
                    .write(run.resolve("steps/attention"), List.of());
        }
        Path captioning = one.resolve("steps/captioning");
        AtomicFile.write(captioning.resolve("samples/000.png"), Pictures.png(new RgbImage(1, 1, new byte[3]), 8));
        new StepResults("Captioning", Map.of("exact-match", 0.25, "images", 500.0), List.of(), List.of())
                .write(
                        captioning,
                        List.of(
                                said("both-right", "a cat", true, "samples/000.png"),
                                said("disputed", "a dog", true, ""),
                                said("only-here", "a cow", false, "")));
        new StepResults("Captioning", Map.of("exact-match", 0.5, "seconds", 3.25), List.of(), List.of())
                .write(
                        two.resolve("steps/captioning"),
                        List.of(said("disputed", "a <i>pig</i>", false, ""), said("both-right", "a cat", true, "")));
    }

    private static Prediction said(String id, String text, boolean right, String picture) {
        return new Prediction(id, "", text, List.of("right of " + id), right, picture);
    }

    private List<String> lines(String start) throws IOException {
        return Files.readString(to.resolve("comparison.md"))
                .lines()
                .filter(line -> line.startsWith(start))
                .toList();
    }

    @Test
    void settingsAndResultsStandSideBySide() throws IOException {
        ComparisonReport.write(List.of(one, two), to);
        assertThat(lines("| setting")).containsExactly("| setting | run | run (2) |");
        assertThat(lines("| bridge")).containsExactly("| bridge | q-former | linear |");
        assertThat(lines("| steps"))
                .containsExactly(
                        "| steps.training.training.learning-rate | 1.0e-3 | 2.0e-3 |", "| steps.probe | probe | - |");
        assertThat(lines("| seed")).isEmpty();
        assertThat(lines("| exact-match")).containsExactly("| exact-match | 0.2500 | 0.5000 |");
        assertThat(lines("| images")).containsExactly("| images | 500 | - |");
        assertThat(lines("| seconds")).containsExactly("| seconds | - | 3.2500 |");
        assertThat(lines("run: a cat")).hasSize(1);
        assertThat(lines("run (2): a cat")).hasSize(1);
        assertThat(lines("Not in")).containsExactly("Not in run (2).");
        assertThat(lines("| run (2) | 20 steps")).singleElement().asString().contains("loss 4.0000 to 2.0000");
        assertThat(Files.readString(to.resolve("training-loss.svg"))).contains(">run (2)</text>");
    }

    @Test
    void theSameSamplesStandNextToEachOtherTheDisputedFirst() throws IOException {
        ComparisonReport.write(List.of(one, two), to);
        List<String> rows =
                lines("|").stream().filter(line -> line.contains("right of")).toList();
        assertThat(rows)
                .containsExactly(
                        "|  | disputed | right of disputed | a dog (right) | a \\<i\\>pig\\</i\\> (**wrong**) |",
                        "| ![](pictures/0001.png) | both-right | right of both-right | a cat (right) | a cat (right) |");
        assertThat(to.resolve("pictures/0001.png"))
                .hasSameBinaryContentAs(one.resolve("steps/captioning/samples/000.png"));
        String html = Files.readString(to.resolve("index.html"));
        assertThat(html)
                .contains("a &lt;i&gt;pig&lt;/i&gt;")
                .contains("data:image/png;base64,")
                .doesNotContain("only-here")
                .doesNotContain("src=\"pictures");
    }

    @Test
    void theOrderOfRunsIsThatOfTheColumns() throws IOException {
        ComparisonReport.write(List.of(two, one), to);
        assertThat(lines("| bridge")).containsExactly("| bridge | linear | q-former |");
        assertThat(lines("## probe")).hasSize(1);
        ComparisonReport.write(List.of(one, two, one), to);
        assertThat(lines("| exact-match")).containsExactly("| exact-match | 0.2500 | 0.5000 | 0.2500 |");
    }

    @Test
    void runsWithoutAnythingInCommonAndBrokenOnesCanBeCompared() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        AtomicFile.write(two.resolve("steps/captioning/predictions.jsonl"), "no json\n");
        AtomicFile.write(two.resolve("steps/captioning/results.json"), "[");
        ComparisonReport.write(List.of(empty, two), to);
        assertThat(Files.readString(to.resolve("comparison.md")))
                .contains("Not every run has a resolved.yaml that can be read")
                .contains("run: steps/captioning/results.json does not hold a step's results")
                .contains("run: 1 lines of predictions.jsonl")
                .doesNotContain("The same samples");
    }
}
