package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The page of {@code querent ui} in a real browser, while a study goes on and after. */
class UiIT {

    private static final String BASE = """
            threads: 1
            data: {plugin: shapes, image-size: 32, train-samples: 40, validation-samples: 4, test-samples: 6}
            vision: {plugin: clip-vit, image-size: 32, patch-size: 16, width: 16, layers: 1, heads: 2, mlp: 32, skipped-blocks: 0}
            language: {plugin: opt, hidden-size: 16, layers: 1, heads: 2, feed-forward-size: 32, max-positions: 256}
            bridge: {plugin: q-former, queries: 2, width: 16, layers: 1, heads: 2, mlp: 32, shared-width: 8, max-positions: 32}
            steps:
              representation: {plugin: representation, batch-size: 4, training: {steps: 300, log-every: 1, checkpoint-every: 100}}
              generative: {plugin: generative, batch-size: 4, training: {steps: 4, log-every: 1}}
              captioning: {plugin: captioning-evaluation, split: test, decoding: {num-beams: 1, max-new-tokens: 4}}
            """;
    private static final String RUN = "s--base--seed1";
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";
    private static final String POINTS =
            "((document.querySelector('[data-step=representation] [data-curve=loss] path[stroke-width=\"2\"]')"
                    + " || document.createElement('p')).getAttribute('d') || '').split('L').length - 1";

    @TempDir
    private Path folder;

    @Test
    void runsStudiesAndAModelInABrowser() throws IOException, InterruptedException {
        Path runs = Files.createDirectories(folder.resolve("runs"));
        makeHostileRun(runs.resolve("hostile"));
        try (RunProcess page = new RunProcess(folder, List.of("ui", "--port", "0", "--runs", runs.toString()));
                Browser browser = new Browser(folder)) {
            page.await("the address", () -> page.output().contains("\n"));
            String address = page.output().strip();
            assertThat(address).startsWith("http://127.0.0.1:");

            browser.open(address);
            browser.awaitText("hostile");
            try (RunProcess study = new RunProcess(folder, study(runs))) {
                watch(browser, study);
            }
            browser.open(address + "#/run/hostile");
            browser.awaitText(HOSTILE);
            assertThat(browser.value("document.querySelector('#view img, #view script') === null")
                            .asBoolean(false))
                    .as("text stays text")
                    .isTrue();
            tryTheModel(browser, address);
            readTheReport(browser, address);
        }
    }

    private List<String> study(Path runs) throws IOException {
        Files.writeString(folder.resolve("base.yaml"), BASE);
        Path file = Files.writeString(folder.resolve("s.yaml"), """
                base: base.yaml
                seeds: [1]
                variants:
                  short: {steps: {generative: {training: {steps: 2}}}}
                """);
        return new ArrayList<>(List.of(
                "study",
                file.toString(),
                "--runs",
                runs.toString(),
                "--data",
                folder.resolve("data").toString()));
    }

    private static void makeHostileRun(Path run) throws IOException {
        Path step = Files.createDirectories(run.resolve("steps/captioning"));
        Files.writeString(run.resolve("resolved.yaml"), "steps: {captioning: {plugin: a}}\n");
        Files.writeString(run.resolve("status.json"), "{\"state\":\"failed\",\"message\":\"" + HOSTILE + "\"}");
        Files.writeString(
                step.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":1,\"</text><script>alert(1)</script>\":2}\n");
        Files.writeString(step.resolve("results.json"), """
                {"title": "<script>alert(1)</script>", "notes": ["<img src=x onerror=alert(1)>"]}
                """);
    }

    /** From the list to the run whose curve grows, to the study, until all is done. */
    private void watch(Browser browser, RunProcess study) throws InterruptedException {
        browser.awaitText(RUN);
        browser.await("[...document.querySelectorAll('a')].some(a => a.textContent === '" + RUN + "')");
        browser.value("[...document.querySelectorAll('a')].find(a => a.textContent === '" + RUN + "').click()");
        browser.await(POINTS + " > 1");
        int before = browser.value(POINTS).asInt(0);
        browser.await(POINTS + " > " + before);
        browser.click("details summary");
        browser.awaitText("log-every: 1");

        browser.click("a[href=\"#/studies\"]");
        browser.await("document.querySelector('a[href=\"#/study/s\"]') !== null");
        browser.click("a[href=\"#/study/s\"]");
        browser.awaitText("representation");
        assertThat(study.end()).as(study::output).isZero();
        browser.await("document.querySelectorAll('td .done, td .shared').length === 6"); // of both runs' three steps
        browser.awaitText("captioning.images");
        assertThat(browser.text("#view")).contains("base", "short", "shared", "finished", "standard deviation");
        assertThat(browser.complaints()).isEmpty();
    }

    private void tryTheModel(Browser browser, String address) throws IOException, InterruptedException {
        Path image = BegunRun.image(folder.resolve("image.png"), 1);
        browser.open(address + "#/try/" + RUN);
        browser.await("document.getElementById('run').value === '" + RUN + "'");
        browser.click("#ask");
        browser.awaitText("Choose an image first.");
        Path large = folder.resolve("large.png");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(21 << 20);
        }
        browser.type("#image", large.toString());
        browser.awaitText("large.png has 21 MiB, more than the 20 MiB an image may have");

        browser.type("#image", image.toString());
        browser.await("document.getElementById('preview').naturalWidth === 20");
        browser.click("#ask");
        browser.await("document.querySelectorAll('#turns .answer').length === 1");
        assertThat(browser.text("#turns")).contains("caption").containsPattern("\\d\\.\\d\\d s");

        browser.click("[value=question]");
        browser.type("#text", "what colour is it?");
        browser.click("#ask");
        browser.await("document.querySelectorAll('#turns .answer').length === 1");
        assertThat(browser.text("#turns")).contains("what colour is it?");

        browser.click("[value=chat]");
        for (int turn = 1; turn <= 2; turn++) {
            browser.await("!document.getElementById('ask').disabled");
            browser.type("#text", "and now?");
            browser.click("#ask");
            browser.await("document.querySelectorAll('#turns .answer').length === " + turn);
        }
        assertThat(browser.complaints()).isEmpty();

        browser.type(
                "#image",
                Files.writeString(folder.resolve("no-image.png"), "text").toString());
        browser.type("#text", "what?");
        browser.await("!document.getElementById('ask').disabled");
        browser.click("#ask");
        browser.awaitText("of no known image format");
        assertThat(browser.complaints()).as("the refusal").allMatch(line -> line.contains("422"));
    }

    private static void readTheReport(Browser browser, String address) throws InterruptedException {
        browser.open(address + "report/run/" + RUN);
        browser.awaitText("Run " + RUN);
        JsonNode plots = browser.value("document.querySelectorAll('svg path').length");
        assertThat(plots.asInt(0)).isPositive();
        browser.open(address + "report/study/s");
        browser.awaitText("Study s");
        assertThat(browser.complaints()).isEmpty();
    }
}
