package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** On a run that has just begun, with models as the seed initialises them. */
class ScoreCommandTest {

    @TempDir
    Path folder;

    private final CommandLineRun command = new CommandLineRun();

    @Test
    void everyTextIsScoredWithEveryImage() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE, BegunRun.OPT);
        Path first = BegunRun.image(folder.resolve("first.png"), 1);
        Path second = BegunRun.image(folder.resolve("second.png"), 2);
        assertThat(command.run(
                        "score", "--model", run, "--image", first, second, "--text", "a red circle", "red", "--json"))
                .isZero();
        JsonNode list = JsonMapper.shared().readTree(command.out());
        assertThat(list.size()).isEqualTo(4);
        assertThat(list.get(1).path("image").asString()).isEqualTo(first.toString());
        assertThat(list.get(1).path("text").asString()).isEqualTo("red");
        assertThat(list.get(2).path("image").asString()).isEqualTo(second.toString());
        for (JsonNode pair : list) {
            assertThat(pair.path("itc").asDouble()).isBetween(-1.0, 1.0);
            assertThat(pair.path("itm").asDouble()).isBetween(0.0, 1.0);
            assertThat(pair.path("log-likelihood").asDouble()).isNegative();
            assertThat(pair.path("log-likelihood-per-token").asDouble()
                            * pair.path("tokens").asInt())
                    .isEqualTo(pair.path("log-likelihood").asDouble(), org.assertj.core.api.Assertions.within(1e-9));
        }
        assertThat(list.get(0).path("tokens").asInt()).isEqualTo(4);
        assertThat(list.get(0).path("itc")).isNotEqualTo(list.get(2).path("itc"));
        assertThat(command.err())
                .contains("is stage 1", "has trained its bridge yet")
                .hasLineCount(2);

        command.clear();
        assertThat(command.run("score", "--model", run, "--image", second, "--text", "red"))
                .isZero();
        assertThat(command.out()).startsWith(second + ": red: itc ").contains(", itm ", ", log-likelihood -");
    }

    @Test
    void aBatchOfOneGivesTheSame() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE, BegunRun.T5);
        Path first = BegunRun.image(folder.resolve("first.png"), 1);
        Path second = BegunRun.image(folder.resolve("second.png"), 2);
        command.run("score", "--model", run, "--image", first, second, "--text", "a red circle", "red");
        String[] lines = command.out().split("\n");
        command.clear();
        command.run("score", "--model", run, "--image", second, "--text", "red");
        assertThat(command.out().strip()).isEqualTo(lines[3]);
    }

    @Test
    void aBadImageIsNamedAndTheOthersAreScored() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE);
        Path image = BegunRun.image(folder.resolve("image.png"), 1);
        Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
        assertThat(command.run("score", "--model", run, "--image", broken, image, "--text", "red", "--json"))
                .isEqualTo(1);
        JsonNode list = JsonMapper.shared().readTree(command.out());
        assertThat(list.get(0).path("error").asString()).contains("broken.png");
        assertThat(list.get(1).has("itc")).isTrue();
        assertThat(list.get(1).has("log-likelihood")).isFalse();
    }

    @Test
    void whatABridgeDoesNotKnowIsLeftOutAndSaid() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, "bridge: {plugin: linear}\n", BegunRun.OPT);
        Path image = BegunRun.image(folder.resolve("image.png"), 1);
        assertThat(command.run("score", "--model", run, "--image", image, "--text", "red"))
                .isZero();
        assertThat(command.out()).contains("red: log-likelihood -").doesNotContain("itc");
        assertThat(command.err()).contains("no ITC and no ITM");

        command.clear();
        assertThat(command.run("embed", "--model", run, "--image", image)).isEqualTo(2);
        assertThat(command.err())
                .startsWith("no embeddings: its bridge is no learner")
                .hasLineCount(1);
        assertThat(command.run("score", "--model", folder, "--image", image, "--text", "red"))
                .isEqualTo(2);
        assertThat(command.run("score", "--model", run, "--image", image)).isEqualTo(2);
    }
}
