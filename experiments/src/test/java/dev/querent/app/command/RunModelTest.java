package dev.querent.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.plugin.PluginRegistry;
import dev.querent.torch.Torch;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which weights of a run are taken for what. */
class RunModelTest {

    @TempDir
    Path folder;

    private final PluginRegistry registry = PluginRegistry.builtIn();
    private final NDManager manager = Torch.newManager();
    private RunDirectory run = new RunDirectory(Path.of(""));

    @BeforeEach
    void makeRun() throws IOException {
        run = new RunDirectory(folder);
        Files.writeString(run.resolved(), """
                name: tiny
                data: {plugin: shapes}
                vision: {plugin: eva-clip-vit, image-size: 16, patch-size: 8, width: 8, layers: 1, heads: 1, mlp: 8}
                language: {plugin: opt, hidden-size: 8, layers: 1, heads: 1, feed-forward-size: 8}
                bridge: {plugin: q-former, queries: 2, width: 8, layers: 1, heads: 1, mlp: 8}
                steps:
                  one: {plugin: representation}
                  more: {plugin: representation}
                  two: {plugin: generative}
                  last: {plugin: generative}
                """);
        Files.writeString(run.vocabulary(), "a\n");
    }

    @AfterEach
    void close() {
        manager.close();
        registry.close();
    }

    private ModelFolder open() {
        return ModelFolder.open(folder, registry);
    }

    /** A step that leaves query tokens of its own behind. */
    private void finish(String step, float queries) throws IOException {
        Map<String, NDArray> tensors =
                new LinkedHashMap<>(open().bridge(manager).parameters().asMap());
        float[] same = new float[2 * 8];
        Arrays.fill(same, queries);
        tensors.put("query_tokens", Torch.tensor(manager, FloatBuffer.wrap(same), 1, 2, 8));
        Path output = run.output(step, "bridge");
        Files.createDirectories(output.getParent());
        SafetensorsWriter.write(output, tensors, Map.of());
        run.markDone(step);
    }

    private static float queries(Bridge bridge) {
        return bridge.parameters().get("query_tokens").toFloatArray()[0];
    }

    @Test
    void contrastTakesTheBridgeOfStageOneAndTextTheLatest() throws IOException {
        finish("one", 1);
        assertThat(queries(open().bridgeOfStageOne(manager).orElseThrow())).isEqualTo(1);
        finish("more", 2);
        finish("two", 3);
        finish("last", 4);
        assertThat(queries(open().bridgeOfStageOne(manager).orElseThrow())).isEqualTo(2);
        assertThat(queries(open().bridge(manager))).isEqualTo(4);
        assertThat(open().representationNotes()).isEmpty();
    }

    @Test
    void aRunWithoutStageOneSaysSo() throws IOException {
        assertThat(open().notes()).hasSize(1);
        finish("two", 3);
        assertThat(open().notes()).isEmpty();
        assertThat(open().representationNotes()).singleElement().asString().contains("is stage 1");
    }
}
