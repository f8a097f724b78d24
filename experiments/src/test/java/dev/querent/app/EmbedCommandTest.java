package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import dev.querent.weights.FileHash;
import dev.querent.weights.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** On a run that has just begun, with models as the seed initialises them. */
class EmbedCommandTest {

    @TempDir
    Path folder;

    private final CommandLineRun command = new CommandLineRun();

    @Test
    void bothFormatsHoldTheSameNumbersAndSayWhatTheyAreOf() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE);
        Path first = BegunRun.image(folder.resolve("first.png"), 1);
        Path second = BegunRun.image(folder.resolve("second.png"), 2);
        Path tensors = folder.resolve("new/embeddings.safetensors");
        Path lines = folder.resolve("embeddings.jsonl");
        for (Path to : List.of(tensors, lines)) {
            assertThat(command.run("embed", "--model", run, "--image", first, second, "--text", "a circle", "--to", to))
                    .isZero();
        }
        List<JsonNode> objects = Files.readAllLines(lines).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(objects).hasSize(3);
        assertThat(objects.get(1).path("image").asString()).isEqualTo(second.toString());
        assertThat(objects.get(1).path("sha256").asString()).isEqualTo(FileHash.sha256(second));
        assertThat(objects.get(2).path("text").asString()).isEqualTo("a circle");
        try (SafetensorsReader reader = new SafetensorsReader(tensors);
                NDManager manager = Torch.newManager()) {
            assertThat(reader.shape("images").orElseThrow()).containsExactly(2, 3, 8);
            assertThat(reader.shape("texts").orElseThrow()).containsExactly(1, 8);
            JsonNode images = JsonMapper.shared().readTree(reader.metadata().get("images"));
            assertThat(images.get(0).path("sha256").asString()).isEqualTo(FileHash.sha256(first));
            assertThat(reader.metadata().get("texts")).isEqualTo("[\"a circle\"]");
            assertThat(reader.metadata().get("model")).isEqualTo(run.toString());
            float[] stored = reader.read("images", manager).toFloatArray();
            assertThat(stored[2 * 8 + 5 + 24])
                    .isEqualTo(objects.get(1).path("embeddings").get(2).get(5).floatValue());
            double square = 0;
            for (int i = 0; i < 8; i++) {
                square += stored[i] * stored[i];
            }
            assertThat(square).isCloseTo(1, within(1e-5));
        }
        try (var files = Files.list(tensors.getParent())) {
            assertThat(files).containsExactly(tensors);
        }
    }

    @Test
    void whatEmbedGivesIsWhatScoreCompares() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE, BegunRun.OPT);
        Path image = BegunRun.image(folder.resolve("image.png"), 1);
        command.run("embed", "--model", run, "--image", image, "--text", "red");
        String[] lines = command.out().split("\n");
        JsonNode queries = JsonMapper.shared().readTree(lines[0]).path("embeddings");
        JsonNode text = JsonMapper.shared().readTree(lines[1]).path("embedding");
        double largest = -1;
        for (JsonNode query : queries) {
            double cosine = 0;
            for (int i = 0; i < text.size(); i++) {
                cosine += query.get(i).asDouble() * text.get(i).asDouble();
            }
            largest = Math.max(largest, cosine);
        }
        command.clear();
        command.run("score", "--model", run, "--image", image, "--text", "red", "--json");
        assertThat(JsonMapper.shared()
                        .readTree(command.out())
                        .get(0)
                        .path("itc")
                        .asDouble())
                .isCloseTo(largest, within(1e-6));
    }

    @Test
    void aBadImageIsNamedAndTheOthersAreEmbedded() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE);
        Path image = BegunRun.image(folder.resolve("image.png"), 1);
        assertThat(command.run("embed", "--model", run, "--image", folder.resolve("none.png"), image))
                .isEqualTo(1);
        assertThat(command.err()).contains("none.png");
        assertThat(command.out()).contains("image.png").hasLineCount(1);
    }

    @Test
    void impossibleOptionsAreMistakesInUsage() throws IOException {
        Path run = BegunRun.in(folder, BegunRun.VISION, BegunRun.BRIDGE);
        assertThat(command.run("embed", "--model", run)).isEqualTo(2);
        assertThat(command.run("embed", "--model", run, "--text", "red", "--to", "x.csv"))
                .isEqualTo(2);
        assertThat(command.err()).contains("nothing to embed", "--to: expected a file *.safetensors or *.jsonl");
    }
}
