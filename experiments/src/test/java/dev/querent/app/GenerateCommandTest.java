package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** On a run that has just begun, with models as the seed initialises them. */
class GenerateCommandTest {

    private static final String VISION_AND_BRIDGE = """
            name: tiny
            seed: 3
            threads: 1
            data: {plugin: shapes}
            steps: {retrieval: {plugin: retrieval-evaluation}}
            vision: {plugin: clip-vit, image-size: 16, patch-size: 8, width: 16, layers: 2, heads: 2, mlp: 32}
            bridge: {plugin: q-former, queries: 2, width: 16, layers: 2, heads: 2, mlp: 32, shared-width: 8}
            """;
    private static final String LANGUAGE =
            "language: {plugin: opt, hidden-size: 16, layers: 1, heads: 2, feed-forward-size: 32}\n";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path run;
    private Path image;

    @BeforeEach
    void makeRun() throws IOException {
        run = Files.createDirectories(folder.resolve("runs/tiny"));
        Files.writeString(run.resolve("resolved.yaml"), VISION_AND_BRIDGE + LANGUAGE);
        Files.writeString(run.resolve("vocabulary.txt"), "a\nred\ncircle\nquestion\nanswer\n");
        image = folder.resolve("image.png");
        ImageIO.write(new BufferedImage(20, 30, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
    }

    @Test
    void everyImageGetsALineOfItsOwn() throws IOException {
        Path other = folder.resolve("other.png");
        Files.copy(image, other);
        assertThat(run(
                        run,
                        image.toString(),
                        other.toString(),
                        "--prompt",
                        "question: a circle answer:",
                        "--num-beams",
                        "2"))
                .isZero();
        assertThat(out.toString().lines()).hasSize(2);
        String[] lines = out.toString().split("\n", -1);
        assertThat(lines[0]).startsWith(image + ": ");
        assertThat(lines[1]).startsWith(other + ": ");
        assertThat(lines[0].substring(image.toString().length()))
                .isEqualTo(lines[1].substring(other.toString().length()));
        assertThat(err.toString()).contains("has trained its bridge yet").hasLineCount(1);
    }

    @Test
    void aBadImageIsNamedAndTheOthersAreAnswered() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
        assertThat(run(run, broken.toString(), image.toString(), "nowhere.png", "--json"))
                .isEqualTo(1);
        JsonNode list = JsonMapper.shared().readTree(out.toString());
        assertThat(list.size()).isEqualTo(3);
        assertThat(list.get(0).path("error").asString()).contains("broken.png");
        assertThat(list.get(1).path("image").asString()).isEqualTo(image.toString());
        assertThat(list.get(1).has("text")).isTrue();
        assertThat(list.get(2).path("error").asString()).contains("nowhere.png");
        assertThat(err.toString().lines()).hasSize(3).noneMatch(line -> line.startsWith("\tat"));
    }

    @Test
    void aRepeatedPromptIsAChat() {
        String first = "question: a answer:";
        String second = "question: red circle answer:";
        assertThat(run(run, image.toString(), "--prompt", first, "--prompt", second, "--json"))
                .isZero();
        JsonNode chat = JsonMapper.shared().readTree(out.toString()).get(0);
        assertThat(chat.path("turns").size()).isEqualTo(2);
        String answer = chat.path("turns").get(0).path("texts").get(0).asString();
        assertThat(chat.path("turns").get(1).path("prompt").asString()).isEqualTo(second);
        assertThat(chat.path("text"))
                .isEqualTo(chat.path("turns").get(1).path("texts").get(0));

        out.getBuffer().setLength(0);
        assertThat(run(run, image.toString(), "--prompt", first + " " + answer + ". " + second))
                .isZero();
        assertThat(out.toString()).isEqualTo(image + ": " + chat.path("text").asString() + System.lineSeparator());
    }

    @Test
    void theBridgeWritesWhereThereIsNoLanguageModel() throws IOException {
        Files.writeString(run.resolve("resolved.yaml"), VISION_AND_BRIDGE);
        assertThat(run(run, image.toString(), "--max-new-tokens", "3", "--num-beams", "1"))
                .isZero();
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(run(run, image.toString(), "--prompt", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--prompt: the run's experiment has no language model");
        assertThat(run(run, image.toString(), "--prompt", "x", "--prompt", "y")).isEqualTo(2);
        assertThat(err.toString()).contains("--prompt: only a language model can chat");
    }

    @Test
    void whatIsNoRunIsRefusedInOneSentence() throws IOException {
        assertThat(run(folder.resolve("runs/none"), image.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no such folder").hasLineCount(1);

        err.getBuffer().setLength(0);
        Path checkpoint = Files.createDirectories(folder.resolve("checkpoint"));
        assertThat(run(checkpoint, image.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("neither a run").hasLineCount(1);

        err.getBuffer().setLength(0);
        Files.writeString(checkpoint.resolve("config.json"), "{}");
        assertThat(run(checkpoint, image.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("expected model_type \"blip-2\"").hasLineCount(1);
    }

    @Test
    void samplesAreDrawnBySeed() {
        String[] sampled = {
            image.toString(),
            "--json",
            "--set",
            "sampling.top-p=1",
            "--set",
            "num-beams=1",
            "--set",
            "num-return-sequences=3"
        };
        assertThat(run(run, sampled)).isZero();
        JsonNode texts = JsonMapper.shared().readTree(out.toString()).get(0).path("texts");
        assertThat(texts.size()).isEqualTo(3);
        assertThat(texts.get(0)).isNotEqualTo(texts.get(1));
        String first = out.toString();

        out.getBuffer().setLength(0);
        assertThat(run(run, sampled)).isZero();
        assertThat(out.toString()).isEqualTo(first);
    }

    @Test
    void aFoldersGenerationConfigCountsAndTheCommandLineHasTheLastWord() throws IOException {
        Files.writeString(run.resolve("generation_config.json"), """
                {"do_sample": true, "temperature": 0.7, "num_return_sequences": 2, "max_new_tokens": 4, "bos_token_id": 2}
                """);
        assertThat(run(run, image.toString())).isZero();
        assertThat(out.toString().lines()).hasSize(2);

        out.getBuffer().setLength(0);
        assertThat(run(run, image.toString(), "--set", "sampling=null", "--num-beams", "3"))
                .isZero();
        assertThat(out.toString().lines()).hasSize(2);

        Files.writeString(run.resolve("generation_config.json"), "{\"num_beams\": \"many\", \"length_penalty\": 99}");
        assertThat(run(run, image.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains("generation_config.json: num-beams: expected a whole number such as 5, found \"many\"")
                .contains("generation_config.json: length-penalty: expected a number from -10");
        Files.writeString(run.resolve("generation_config.json"), "{");
        assertThat(run(run, image.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("generation_config.json is not readable JSON");
    }

    @Test
    void impossibleOptionsAreMistakesInUsage() {
        assertThat(run(run, image.toString(), "--num-beams", "0")).isEqualTo(2);
        assertThat(err.toString()).startsWith("--set num-beams=0: num-beams: expected a number from 1");
        assertThat(run(run, image.toString(), "--num-beams", "many")).isEqualTo(2);
        assertThat(Main.run(new PrintWriter(out), new PrintWriter(err), "generate", "--model", run.toString()))
                .isEqualTo(2);
    }

    private int run(Path model, String... rest) {
        List<String> arguments = new ArrayList<>(List.of("generate", "--model", model.toString(), "--image"));
        arguments.addAll(List.of(rest));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }
}
