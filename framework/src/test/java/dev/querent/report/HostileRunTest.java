package dev.querent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.file.AtomicFile;
import dev.querent.image.RgbImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run folder from anywhere gives a page with sentences, not a failed report, and nothing from outside it. */
class HostileRunTest {

    private static final String SECRET = "the-secret-of-another-folder";

    @TempDir
    private Path folder;

    private Path run;
    private Path step;

    @BeforeEach
    void makeRun() {
        run = folder.resolve("run");
        step = run.resolve("steps/captioning");
        AtomicFile.write(run.resolve("resolved.yaml"), "steps:\n  captioning: {plugin: a}\n");
        new StepResults("Captioning", Map.of("images", 3.0), List.of(), List.of()).write(step, List.of());
    }

    private String page() throws IOException {
        RunReport.write(run);
        String markdown = Files.readString(run.resolve("report/report.md"));
        String html = Files.readString(run.resolve("report/index.html"));
        assertThat(html).doesNotContain(SECRET).doesNotContain("<script");
        assertThat(markdown).doesNotContain(SECRET);
        return html;
    }

    private Path secret(String name) {
        Path file = folder.resolve(name);
        AtomicFile.write(file, SECRET + "\n");
        return file;
    }

    private static void large(Path file, long bytes) throws IOException {
        Files.createDirectories(file.getParent());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes);
        }
    }

    @Test
    void linksOutOfTheRunAreNotFollowed() throws IOException {
        Files.delete(run.resolve("resolved.yaml"));
        Files.createSymbolicLink(run.resolve("resolved.yaml"), secret("settings"));
        Files.createSymbolicLink(run.resolve("provenance.json"), secret("provenance"));
        Path other = folder.resolve("other/captions");
        new StepResults(SECRET, Map.of(), List.of(), List.of(SECRET)).write(other, List.of());
        Files.createSymbolicLink(run.resolve("steps/linked"), other);
        Files.delete(step.resolve("results.json"));
        Files.createSymbolicLink(step.resolve("results.json"), other.resolve("results.json"));
        assertThat(page())
                .contains("resolved.yaml leads out of the run&#39;s folder and was not read")
                .contains("provenance.json leads out")
                .contains("steps/linked/results.json leads out")
                .contains("steps/captioning/results.json leads out");
    }

    @Test
    void picturesComeFromInsideTheRunAndArePictures() throws IOException {
        Path outside = folder.resolve("outside.png");
        AtomicFile.write(outside, Pictures.png(new RgbImage(1, 1, new byte[3]), 8));
        Files.createSymbolicLink(step.resolve("link.png"), outside);
        AtomicFile.write(step.resolve("text.png"), "<svg onload='alert(1)'>");
        byte[] wide = Pictures.png(new RgbImage(1, 1, new byte[3]), 8);
        wide[16] = 0x7f; // a width of two thousand million pixels
        AtomicFile.write(step.resolve("wide.png"), wide);
        large(step.resolve("large.png"), 1L << 33);
        Files.createDirectories(step.resolve("folder.png"));
        List<String> pictures = List.of(
                "link.png",
                "text.png",
                "wide.png",
                "large.png",
                "folder.png",
                outside.toString(),
                "../../../outside.png",
                "\u0000");
        new StepResults("Captioning", Map.of(), List.of(), List.of())
                .write(
                        step,
                        pictures.stream()
                                .map(picture -> new Prediction(picture, "", "x", List.of("y"), false, picture))
                                .toList());
        assertThat(page())
                .doesNotContain("data:image/png;base64")
                .contains("Pictures that could not be shown: "
                        + 2 * (pictures.size() - 1)) // an absolute one is looked for inside
                .contains("8 of 8 predictions are wrong");
    }

    @Test
    void hugeFilesAreNamedAndLeftOut() throws IOException {
        large(run.resolve("resolved.yaml"), 1L << 33);
        large(run.resolve("provenance.json"), 1L << 33);
        large(step.resolve("results.json"), 1L << 33);
        large(step.resolve("predictions.jsonl"), 1L << 33);
        large(step.resolve("metrics.jsonl"), 1L << 33);
        assertThat(page())
                .contains("resolved.yaml has 8589934592 bytes")
                .contains("steps/captioning/results.json has")
                .contains("steps/captioning/predictions.jsonl has")
                .contains("steps/captioning/metrics.jsonl has");
    }

    @Test
    void linesWithoutEndAndOfAnotherKindAreLeftOut() throws IOException {
        byte[] endless = new byte[20_000_000];
        Arrays.fill(endless, (byte) 'x');
        AtomicFile.write(
                step.resolve("metrics.jsonl"),
                "{\"step\": 1, \"loss\": 2}\n" + new String(endless, StandardCharsets.UTF_8)
                        + "\n[]\n{\"step\": \"two\"}\n{\"step\": 3, \"loss\": 1e999, \"<b>\": 3}\n");
        AtomicFile.write(
                step.resolve("predictions.jsonl"),
                "{}\nnull\n7\n{\"id\": \"i\", \"references\": [null]}\n" + "[".repeat(100_000) + "\n");
        assertThat(page())
                .contains("3 lines of metrics.jsonl are no logged steps")
                .contains("5 lines of predictions.jsonl are no predictions")
                .contains("loss");
    }

    @Test
    void everyNameIsText() throws IOException {
        String evil = "<script>alert(1)<|script>](javascript:x) `'\"&";
        Path odd = run.resolve("steps").resolve(evil);
        AtomicFile.write(
                odd.resolve("metrics.jsonl"), "{\"step\": 1, \"<script>\": 2}\n{\"step\": 2, \"<script>\": 3}\n");
        AtomicFile.write(odd.resolve("a b.png"), Pictures.png(new RgbImage(1, 1, new byte[3]), 8));
        new StepResults(
                        evil,
                        Map.of(evil, 1.0),
                        List.of(new ResultTable(evil, List.of(evil), List.of())),
                        List.of(evil))
                .write(odd, List.of(new Prediction(evil, evil, evil, List.of(evil), false, "a b.png")));
        assertThat(page()).contains("&lt;script&gt;alert(1)&lt;|script&gt;");
        String markdown = Files.readString(run.resolve("report/report.md"));
        assertThat(markdown)
                .contains("\\<script\\>")
                .contains(
                        "](../steps/%3Cscript%3Ealert%281%29%3C%7Cscript%3E%5D%28javascript%3Ax%29%20%60%27%22%26/a%20b.png)");
    }

    @Test
    void tablesOfAMillionRowsAreCut() throws IOException {
        List<List<String>> rows = Collections.nCopies(100_000, List.of("a"));
        new StepResults(
                        "Captioning",
                        Map.of(),
                        List.of(new ResultTable("t", List.of("c"), rows)),
                        List.of("x".repeat(5000)))
                .write(step, List.of());
        assertThat(page()).contains("99500 more rows are left out").doesNotContain("x".repeat(1000));
    }

    @Test
    void nothingIsWrittenThroughLinks() throws IOException {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.createSymbolicLink(run.resolve("report"), elsewhere);
        assertThatThrownBy(() -> RunReport.write(run)).hasMessageContaining("is a link out of the run's folder");
        assertThat(elsewhere).isEmptyDirectory();
        Files.delete(run.resolve("report"));
        Path victim = secret("victim");
        Files.createDirectories(run.resolve("report"));
        Files.createSymbolicLink(run.resolve("report/results.json.tmp"), victim);
        assertThatThrownBy(() -> RunReport.write(run)).hasMessageContaining("cannot write");
        assertThat(victim).hasContent(SECRET);
    }
}
