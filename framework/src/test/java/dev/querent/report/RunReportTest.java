package dev.querent.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.file.AtomicFile;
import dev.querent.image.RgbImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunReportTest {

    private static final String HOSTILE = "<script>alert('x')</script> | \"a\" & [b](c) `d`\n# e";

    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void makeRun() {
        run = folder.resolve("tiny");
        AtomicFile.write(
                run.resolve("resolved.yaml"),
                "name: tiny\nsteps:\n  zebra: {plugin: a}\n  captioning: {plugin: b}\n  never-run: {plugin: c}\n");
        AtomicFile.write(run.resolve("provenance.json"), "{\"seed\": 7, \"versions\": {\"java\": \"17\"}}");
        AtomicFile.write(run.resolve("steps/zebra/metrics.jsonl"), """
                {"step": 10, "loss": 3.5, "itc": 2.0, "learning-rate": 0.001, "samples-per-second": 40.5, "seconds": 3}
                {"step": 20, "loss": 1.25, "itc": 1.0, "learning-rate": 0.001, "samples-per-second": 41.5, "seconds": 6, "resident-mebibytes": 400}
                {"step": 30, "lo""");
        Path captioning = run.resolve("steps/captioning");
        RgbImage image = new RgbImage(3, 2, new byte[18]);
        AtomicFile.write(captioning.resolve("samples/000.png"), Pictures.png(image, 96));
        AtomicFile.write(captioning.resolve("attention/000.png"), HeatMaps.sheet(image, List.of(new float[] {1})));
        new StepResults(
                        "Captioning",
                        Map.of("exact-match", 0.25, "undefined", Double.NaN),
                        List.of(new ResultTable("Captions", List.of("who", "exact"), List.of(List.of("it", "25.0 %")))),
                        List.of(HOSTILE),
                        List.of(new ResultPicture("attention/000.png", "where it looks")))
                .write(
                        captioning,
                        List.of(
                                new Prediction("i1", "", HOSTILE, List.of("a cat"), false, "samples/000.png"),
                                new Prediction("i2", "", "no picture", List.of("a dog"), true, ""),
                                new Prediction("i3", "", "outside", List.of("x"), true, "../../resolved.yaml")));
    }

    private String written(String name) throws IOException {
        return Files.readString(run.resolve("report").resolve(name));
    }

    @Test
    void stepsStandInTheExperimentsOrderWithTheirTablesAndCurves() throws IOException {
        RunReport.write(run);
        String markdown = written("report.md");
        assertThat(markdown.indexOf("## zebra")).isPositive().isLessThan(markdown.indexOf("## captioning: Captioning"));
        assertThat(markdown)
                .contains("| it | 25.0 % |")
                .contains("![zebra: loss](zebra-loss.svg) ![zebra: learning rate](zebra-learning-rate.svg)")
                .contains("20 steps in 6 s, 41.5 samples a second at the end, loss 3.5000 to 1.2500")
                .contains("| versions.java | 17 |")
                .contains("![](../steps/captioning/samples/000.png)")
                .contains("![](../steps/captioning/attention/000.png)\n\nwhere it looks")
                .contains("Not done yet: zebra, captioning, never-run.")
                .doesNotContain("metrics.jsonl")
                .doesNotContain("resident-mebibytes.svg") // a single value is no curve
                .doesNotContain("outside");
        assertThat(written("zebra-loss.svg")).contains(">loss</text>").contains(">itc</text>");
    }

    @Test
    void thePageNeedsNothingBesideItAndExecutesNothing() throws IOException {
        RunReport.write(run);
        String html = written("index.html");
        assertThat(html)
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")
                .contains("<a href=\"#s0\">zebra</a>")
                .contains("<h2 id=\"s0\">zebra</h2>")
                .contains("<h3 id=\"s3\">Worst failures</h3>")
                .contains("1 of 3 predictions are wrong")
                .doesNotContain("<script")
                .doesNotContain("src=\"..")
                .contains("default-src 'none'");
        assertThat(html.split("<svg ", -1)).hasSize(1 + 3); // losses, learning rate, speed
        assertThat(html.split("src=\"data:image/png;base64,", -1)).hasSize(1 + 3); // attention, one sample twice
    }

    @Test
    void markdownKeepsHostileTextInItsCell() throws IOException {
        RunReport.write(run);
        assertThat(written("report.md").lines().filter(line -> line.contains("samples/000.png")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("\\<script\\>")
                        .contains("\\| \"a\"")
                        .contains("\\# e")
                        .contains("(**wrong**)"));
    }

    @Test
    void resultsOfAllStepsStandInOneFile() throws IOException {
        RunReport.write(run);
        JsonNode results = JsonMapper.shared().readTree(written("results.json"));
        assertThat(results.path("run").asString()).isEqualTo("tiny");
        JsonNode captioning = results.path("steps").path("captioning");
        assertThat(captioning.path("exact-match").asDouble()).isEqualTo(0.25);
        assertThat(captioning.has("undefined")).isFalse();
    }

    @Test
    void onlyTheReportOfAFinishedRunCounts() {
        assertThat(RunReport.exists(run)).isFalse();
        RunReport.write(run);
        assertThat(RunReport.exists(run)).isFalse();
        for (String step : List.of("zebra", "captioning", "never-run")) {
            AtomicFile.write(run.resolve("steps").resolve(step).resolve("done"), "");
        }
        assertThat(RunReport.exists(run))
                .as("it was written before the run was done")
                .isFalse();
        assertThat(RunReport.write(run)).isEqualTo(run.resolve("report/report.md"));
        assertThat(RunReport.exists(run)).isTrue();
    }

    @Test
    void aReportCanBeMadeOfAnEmptyRunAndOfADamagedOne() throws IOException {
        Path empty = folder.resolve("empty");
        RunReport.write(empty);
        assertThat(empty.resolve("report/index.html")).exists();
        AtomicFile.write(run.resolve("steps/captioning/results.json"), "{\"title\": ");
        AtomicFile.write(run.resolve("resolved.yaml"), "a: [");
        RunReport.write(run);
        assertThat(written("report.md"))
                .contains("run the step again")
                .contains("resolved.yaml cannot be read as settings")
                .contains("## zebra");
    }

    @Test
    void resultsAndPredictionsReadAsTheyWereWritten() {
        Path step = run.resolve("steps/captioning");
        StepResults results = StepResults.read(step).orElseThrow();
        assertThat(results.numbers()).containsExactly(Map.entry("exact-match", 0.25));
        assertThat(results.notes()).containsExactly(HOSTILE);
        assertThat(results.pictures()).containsExactly(new ResultPicture("attention/000.png", "where it looks"));
        assertThat(results.tables())
                .singleElement()
                .extracting(ResultTable::title)
                .isEqualTo("Captions");
        assertThat(StepResults.predictions(step)).hasSize(3).first().satisfies(prediction -> {
            assertThat(prediction.prediction()).isEqualTo(HOSTILE);
            assertThat(prediction.references()).containsExactly("a cat");
        });
        assertThat(StepResults.read(folder)).isEmpty();
        assertThat(StepResults.predictions(folder)).isEmpty();
    }

    @Test
    void picturesKeepTheirProportions() throws IOException {
        var picture = ImageIO.read(new ByteArrayInputStream(Pictures.png(new RgbImage(4, 1, new byte[12]), 96)));
        assertThat(picture.getWidth()).isEqualTo(96);
        assertThat(picture.getHeight()).isEqualTo(24);
    }

    @Test
    void theStrongestPatchIsTheBrightestOfItsTile() throws IOException {
        float[] corner = {0, 0, 0.2f, 0.1f};
        var sheet = ImageIO.read(
                new ByteArrayInputStream(HeatMaps.sheet(new RgbImage(8, 8, new byte[192]), List.of(corner))));
        int left = 100; // of the second tile
        assertThat(brightness(sheet.getRGB(left + 10, 86)))
                .isGreaterThan(brightness(sheet.getRGB(left + 86, 86)))
                .isGreaterThan(brightness(sheet.getRGB(left + 10, 10)));
        assertThat(sheet.getRGB(left + 10, 10)).isEqualTo(sheet.getRGB(left + 86, 10));
    }

    @Test
    void aMapWithoutPreferenceStaysDim() throws IOException {
        List<float[]> maps = List.of(new float[] {0.2f, 0.2f, 0.2f, 0.2f}, new float[] {0, 0.8f, 0, 0});
        var sheet = ImageIO.read(new ByteArrayInputStream(HeatMaps.sheet(new RgbImage(1, 1, new byte[3]), maps)));
        assertThat(brightness(sheet.getRGB(100 + 86, 10))).isLessThan(brightness(sheet.getRGB(200 + 86, 10)) / 2);
    }

    private static int brightness(int rgb) {
        return ((rgb >> 16) & 255) + ((rgb >> 8) & 255) + (rgb & 255);
    }
}
