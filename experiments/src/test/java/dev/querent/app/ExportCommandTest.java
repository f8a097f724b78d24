package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.text.JsonTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** On runs that have just begun, with models as the seed initialises them. */
class ExportCommandTest {

    @TempDir
    Path folder;

    private final CommandLineRun command = new CommandLineRun();
    private Path image = Path.of("");
    private Path export = Path.of("");

    @BeforeEach
    void makeImage() throws IOException {
        image = BegunRun.image(folder.resolve("image.png"), 1);
        export = folder.resolve("exported");
    }

    private String answer(Object... arguments) {
        command.clear();
        assertThat(command.run(arguments)).as(command.err()).isZero();
        return command.out();
    }

    @ParameterizedTest
    @ValueSource(strings = {BegunRun.OPT, BegunRun.T5})
    void whatIsExportedWritesAndScoresToTheSameBits(String language) throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE, language);
        assertThat(command.run("export", run, "--to", export)).as(command.err()).isZero();
        assertThat(command.out()).contains("Blip2ForConditionalGeneration");
        for (String prompt : List.of("", "question a red answer")) {
            assertThat(answer("generate", "--model", export, "--image", image, "--prompt", prompt, "--num-beams", "3"))
                    .isEqualTo(answer(
                            "generate", "--model", run, "--image", image, "--prompt", prompt, "--num-beams", "3"));
        }
        assertThat(likelihood(export)).isEqualTo(likelihood(run));
        assertThat(answer("score", "--model", export, "--image", image, "--text", "red"))
                .doesNotContain("itc");
    }

    private double likelihood(Path model) {
        String scores =
                answer("score", "--model", model, "--image", image, "--text", "a red circle question", "--json");
        return JsonMapper.shared()
                .readTree(scores)
                .get(0)
                .path("log-likelihood")
                .asDouble();
    }

    @Test
    void withoutALanguageModelItIsForRetrieval() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE);
        assertThat(command.run("export", run, "--to", export)).as(command.err()).isZero();
        assertThat(command.out()).contains("Blip2ForImageTextRetrieval");
        String text = "a red circle question"; // one word more than the bridge reads
        for (String form : List.of("score", "embed")) {
            assertThat(answer(form, "--model", export, "--image", image, "--text", text))
                    .isEqualTo(answer(form, "--model", run, "--image", image, "--text", text));
        }
    }

    @Test
    void ofStageOneAloneTheLanguageModelIsLeftOut() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE, BegunRun.OPT);
        Path resolved = run.resolve("resolved.yaml");
        Files.writeString(
                resolved,
                Files.readString(resolved).replaceFirst("steps: .*", "steps: {one: {plugin: representation}}"));
        assertThat(command.run("export", run, "--to", export)).as(command.err()).isZero();
        assertThat(command.out()).contains("Blip2ForImageTextRetrieval");
        assertThat(answer("embed", "--model", export, "--text", "red"))
                .isEqualTo(answer("embed", "--model", run, "--text", "red"));
    }

    @Test
    void theTokenizerHasTheSameIdsAndOneForImages() throws IOException {
        command.run("export", BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE, BegunRun.OPT), "--to", export);
        JsonTokenizer tokenizer =
                JsonTokenizer.parse(Files.readString(export.resolve("tokenizer.json")), List.of(), false);
        assertThat(tokenizer.encode("A red\ncircle?")).containsExactly(2, 5, 6, 4, 7, 3);
        assertThat(tokenizer.size()).isEqualTo(10);
        JsonNode config = JsonMapper.shared().readTree(Files.readString(export.resolve("config.json")));
        assertThat(config.path("image_token_index").asLong()).isEqualTo(tokenizer.id("<image>"));
        assertThat(config.path("text_config").path("eos_token_id").asLong()).isEqualTo(4);
        assertThat(config.path("vision_config").path("hidden_act").asString()).isEqualTo("gelu");
    }

    @Test
    void whatTheLayoutHasNoPlaceForIsRefusedWithEveryReason() throws IOException {
        Path run = BegunRun.in(
                folder,
                "vision: {plugin: clip-vit, image-size: 16, patch-size: 8, width: 16, layers: 2, heads: 2, mlp: 32}\n",
                "bridge: {plugin: linear}\n",
                BegunRun.T5.replace(", vocabulary-size: 12", ""));
        assertThat(command.run("export", run, "--to", export)).isEqualTo(2);
        assertThat(command.err())
                .contains(
                        "pre_layrnorm",
                        "the bridge linear has no query tokens",
                        "train with vocabulary-size: 9 or more");
        assertThat(export).doesNotExist();
    }

    @Test
    void theEncodersEpsilonStandsForThatOfTheNormBehindItAndThatIsSaid() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION.replace("mlp:", "epsilon: 1.0e-5, mlp:"), BegunRun.BRIDGE);
        assertThat(command.run("export", run, "--to", export)).isZero();
        assertThat(command.out()).contains("but for bridge.vision-epsilon: 1.0E-5 instead of 1.0E-6");
        JsonNode config = JsonMapper.shared().readTree(Files.readString(export.resolve("config.json")));
        assertThat(config.path("vision_config").path("layer_norm_eps").asDouble())
                .isEqualTo(1e-5);
    }

    @Test
    void aFolderWithFilesIsLeftAlone() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE);
        assertThat(command.run("export", run, "--to", folder)).isEqualTo(2);
        assertThat(command.err()).contains("not empty");
        Files.createDirectories(folder.resolve("exported.tmp"));
        Files.writeString(folder.resolve("exported.tmp/config.json"), "of an export that was killed");
        Files.createDirectories(export);
        assertThat(command.run("export", run, "--to", export)).isZero();
        assertThat(folder.resolve("exported.tmp")).doesNotExist();
        assertThat(export.resolve("model.safetensors")).exists();
    }
}
