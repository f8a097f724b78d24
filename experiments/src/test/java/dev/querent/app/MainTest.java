package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MainTest {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpLoadsNeitherSpringNorTheEngine() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:stdout",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--help")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isZero();
        assertThat(output).contains("Usage: querent").contains("dev.querent.app.Main source:");
        assertThat(output).doesNotContain("org.springframework").doesNotContain("ai.djl");
    }

    @Test
    void aWrongOptionIsAMistakeInUsage() {
        assertThat(run("validate", "--sett", "a=b", "file.yaml")).isEqualTo(2);
        assertThat(err.toString()).contains("--sett");
    }

    @Test
    void aMissingFileIsOneSentence() {
        assertThat(run("validate", "nowhere.yaml")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("nowhere.yaml: there is no file nowhere.yaml\n");
    }

    @Test
    void anExperimentIsCheckedBeforeItsCheckpointsAreThereAndRunAfterwards() throws IOException {
        Path file = Files.writeString(folder.resolve("later.yaml"), """
                data: {plugin: shapes}
                vision: {plugin: clip-vit-l14, checkpoint: not/here}
                language: {plugin: opt-2.7b, checkpoint: neither.pth, tokenizer: no/tokenizer}
                steps:
                  probe: {plugin: vision-pretraining}
                """);

        assertThat(run("validate", file.toString())).isZero();
        assertThat(err.toString().lines())
                .containsExactly(
                        "note: vision.checkpoint: there is nothing at not/here; needed to run",
                        "note: language.checkpoint: there is nothing at neither.pth; needed to run",
                        "note: language.tokenizer: there is nothing at no/tokenizer; needed to run");

        assertThat(run("run", file.toString(), "--runs", folder.resolve("runs").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("vision.checkpoint: there is nothing at not/here");
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void everyMistakeIsToldAtOnceWithoutAStackTrace() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), """
                seed: many
                dat: {plugin: shapes}
                steps:
                  Stage One: {plugin: nothing}
                """);

        assertThat(run("validate", file.toString(), "--set", "thread=2")).isEqualTo(2);

        assertThat(err.toString().lines())
                .hasSizeGreaterThanOrEqualTo(4)
                .noneMatch(line -> line.startsWith("\tat "))
                .anyMatch(line -> line.equals(file + ":1: seed: expected a whole number such as 1, found \"many\""))
                .anyMatch(
                        line -> line.startsWith(file + ":2: dat: unknown key.") && line.endsWith("Did you mean data?"))
                .anyMatch(line -> line.startsWith("--set thread=2: thread: unknown key.")
                        && line.endsWith("Did you mean threads?"))
                .anyMatch(line -> line.startsWith(file + ":4: steps.Stage One: a step's name is of a-z"));
    }

    @Test
    void debugAddsTheStackTrace() {
        assertThat(run("validate", "nowhere.yaml", "--debug")).isEqualTo(2);
        assertThat(err.toString()).contains("\tat dev.querent.");
    }

    @Test
    void pluginsAreListedAsTextAndAsJson() {
        assertThat(run("plugins")).isZero();
        assertThat(out.toString()).contains("dataset").contains("step");
        out.getBuffer().setLength(0);

        assertThat(run("plugins", "--json")).isZero();

        JsonNode list = JsonMapper.shared().readTree(out.toString());
        assertThat(list.isArray()).isTrue();
        for (JsonNode plugin : list) {
            assertThat(plugin.propertyNames()).containsExactly("kind", "name", "class", "origin", "fields");
        }
    }

    @Test
    void aBrokenJarIsToldAndDoesNotHinder() throws IOException {
        Path jar = Files.writeString(folder.resolve("broken.jar"), "this is no jar");

        assertThat(run("plugins", "--plugins", folder.toString())).isZero();

        assertThat(err.toString()).startsWith("left out: " + jar + ": is not a readable jar");
    }

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
