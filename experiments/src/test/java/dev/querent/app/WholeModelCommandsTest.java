package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.querent.testing.Golden;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Commands on the folders of CLIP and of BLIP's captioner. */
class WholeModelCommandsTest {

    private static final Path CLIP = folder("clip-quick-gelu");
    private static final Path BLIP = folder("blip-three");

    @TempDir
    Path scratch;

    private final CommandLineRun command = new CommandLineRun();

    private static Path folder(String name) {
        return Golden.folder(WholeModelCommandsTest.class, "/dev/querent/vision/" + name);
    }

    @Test
    void clipScoresByTheCosineOfWhatItEmbeds() throws IOException {
        Path first = BegunRun.image(scratch.resolve("first.png"), 1);
        Path second = BegunRun.image(scratch.resolve("second.png"), 2);
        assertThat(command.run("score", "--model", CLIP, "--image", first, second, "--text", "a", "b c", "--json"))
                .isZero();
        JsonNode scores = JsonMapper.shared().readTree(command.out());
        assertThat(scores.size()).isEqualTo(4);
        assertThat(command.err()).isEmpty();
        command.clear();
        assertThat(command.run("embed", "--model", CLIP, "--image", first, second, "--text", "a", "b c"))
                .isZero();
        JsonNode[] lines = command.out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toArray(JsonNode[]::new);
        double factor = scores.get(0).path("similarity").asDouble() / cosine(lines[0], lines[2]);
        assertThat(factor).isGreaterThan(1);
        for (int pair = 1; pair < 4; pair++) {
            assertThat(lines[pair / 2].path("embeddings").size()).isEqualTo(1);
            assertThat(scores.get(pair).path("similarity").asDouble())
                    .isCloseTo(factor * cosine(lines[pair / 2], lines[2 + pair % 2]), within(1e-4));
        }
        command.clear();
        assertThat(command.run("score", "--model", CLIP, "--image", first, "--text", "a"))
                .isZero();
        assertThat(command.out()).startsWith(first + ": a: similarity ");
    }

    private static double cosine(JsonNode image, JsonNode text) {
        double sum = 0;
        for (int i = 0; i < text.path("embedding").size(); i++) {
            sum += image.path("embeddings").get(0).get(i).asDouble()
                    * text.path("embedding").get(i).asDouble();
        }
        return sum;
    }

    @Test
    void blipWritesBehindItsOwnPromptOrAnother() throws IOException {
        Path image = BegunRun.image(scratch.resolve("image.png"), 1);
        String own = caption(image);
        assertThat(caption(image, "--prompt", "a picture of")).isEqualTo(own);
        assertThat(caption(image, "--prompt", "")).isNotEqualTo(own);
    }

    private String caption(Path image, Object... options) {
        command.clear();
        // samples: the likeliest words of so small a model are the same whatever the prompt
        Stream<Object> fixed = Stream.of(
                "generate",
                "--model",
                BLIP,
                "--image",
                image,
                "--num-beams",
                1,
                "--set",
                "sampling.seed=1",
                "--set",
                "num-return-sequences=5");
        Object[] all = Stream.concat(fixed, Arrays.stream(options)).toArray();
        assertThat(command.run(all)).as(command.err()).isZero();
        assertThat(command.out()).startsWith(image + ": ");
        return command.out();
    }

    @Test
    void whatAModelCannotDoIsSaid() throws IOException {
        Path image = BegunRun.image(scratch.resolve("image.png"), 1);
        assertThat(command.run("generate", "--model", CLIP, "--image", image)).isEqualTo(2);
        assertThat(command.err()).contains(CLIP + ": has no language model, nor a bridge or captioner");
        command.clear();
        assertThat(command.run("score", "--model", BLIP, "--image", image, "--text", "a"))
                .isEqualTo(2);
        assertThat(command.err()).contains("it is a captioner, which knows neither contrast nor matching");
        command.clear();
        assertThat(command.run("embed", "--model", BLIP, "--image", image)).isEqualTo(2);
        assertThat(command.err()).contains("no embeddings: it is a captioner");
    }
}
