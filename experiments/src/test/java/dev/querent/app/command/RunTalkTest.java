package dev.querent.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.app.Main;
import dev.querent.app.talk.ImageTalk;
import dev.querent.app.talk.Turn;
import dev.querent.experiment.RunDirectory;
import dev.querent.image.ImageDecoder;
import dev.querent.image.RgbImage;
import dev.querent.plugin.PluginRegistry;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's way to a model and {@code querent generate}'s end in the same texts. */
class RunTalkTest {

    private static final String BLIND = """
            name: tiny
            seed: 3
            threads: 1
            data: {plugin: shapes}
            steps: {vision: {plugin: vision-pretraining}}
            vision: {plugin: clip-vit, image-size: 16, patch-size: 8, width: 16, layers: 2, heads: 2, mlp: 32}
            """;
    private static final String Q_FORMER =
            "bridge: {plugin: q-former, queries: 2, width: 16, layers: 2, heads: 2, mlp: 32, shared-width: 8}\n";
    private static final String LANGUAGE =
            "language: {plugin: opt, hidden-size: 16, layers: 1, heads: 2, feed-forward-size: 32, initial-std: 0.3}\n";

    @TempDir
    private Path folder;

    private RunDirectory run;
    private Path file;
    private RgbImage image;

    @BeforeEach
    void makeRun() throws IOException {
        run = new RunDirectory(Files.createDirectories(folder.resolve("tiny")));
        Files.writeString(run.vocabulary(), "a\nred\ncircle\nquestion\nanswer\nwhat\n:\n?\n.\n");
        file = folder.resolve("image.png");
        ImageIO.write(new BufferedImage(20, 30, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        image = ImageDecoder.decode(file);
    }

    private String generated(String... options) {
        StringWriter out = new StringWriter();
        List<String> arguments =
                new ArrayList<>(List.of("generate", "--model", run.root().toString(), "--image", file.toString()));
        arguments.addAll(List.of(options));
        int code = Main.run(
                new PrintWriter(out, true), new PrintWriter(new StringWriter()), arguments.toArray(String[]::new));
        assertThat(code).isZero();
        List<String> lines = out.toString().lines().toList();
        return lines.get(lines.size() - 1).substring((file + ": ").length());
    }

    @Test
    void captionsAnswersAndChats() throws IOException {
        Files.writeString(run.resolved(), BLIND + Q_FORMER + LANGUAGE);
        try (PluginRegistry registry = PluginRegistry.withJars(folder.resolve("plugins"));
                ImageTalk talk = RunTalk.load(run, registry)) {
            assertThat(talk.talks()).isTrue();
            assertThat(talk.notes()).singleElement().asString().contains("has trained its bridge yet");
            assertThat(talk.goOn(image, List.of(), "").texts()).containsExactly(generated());
            assertThat(talk.goOn(image, List.of(), "a red").texts()).containsExactly(generated("--prompt", "a red"));
            Turn first = talk.answer(image, List.of(), "What circle?");
            assertThat(first.prompt()).isEqualTo("question: what circle? answer:");
            assertThat(first.texts()).containsExactly(generated("--question", "What circle?"));
            Turn second = talk.answer(image, List.of(first), "red?");
            assertThat(second.texts())
                    .containsExactly(generated("--prompt", first.prompt(), "--prompt", second.prompt()));
        }
    }

    @Test
    void aRunWithoutLanguageModelCaptionsOrIsRefused() throws IOException {
        try (PluginRegistry registry = PluginRegistry.withJars(folder.resolve("plugins"))) {
            Files.writeString(run.resolved(), BLIND + Q_FORMER);
            try (ImageTalk talk = RunTalk.load(run, registry)) {
                assertThat(talk.talks()).isFalse();
                assertThat(talk.goOn(image, List.of(), "").texts()).containsExactly(generated());
            }
            Files.writeString(run.resolved(), BLIND + "bridge: {plugin: linear}\n");
            assertThatThrownBy(() -> RunTalk.load(run, registry))
                    .isInstanceOf(UsageException.class)
                    .hasMessageStartingWith("tiny: has no language model");
        }
    }
}
