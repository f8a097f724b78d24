package dev.querent.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.torch.Torch;
import dev.querent.weights.CheckpointFolder;
import dev.querent.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightShardsTest {

    @TempDir
    Path folder;

    @Test
    void manyFilesHoldWhatOneWould() throws IOException {
        try (NDManager manager = Torch.newManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (int size = 1; size < 6; size++) {
                tensors.put("t" + size, manager.ones(new Shape(size, 5)));
            }
            new WeightShards(tensors, 60).write(folder); // t1 and t2 fill a file; the others are larger than one
            try (var files = Files.list(folder)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .contains("model-00001-of-00004.safetensors", "model-00004-of-00004.safetensors")
                        .hasSize(5);
            }
            try (WeightSource source = CheckpointFolder.open(folder)) {
                assertThat(source.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
                assertThat(source.read("t5", manager).toFloatArray())
                        .hasSize(25)
                        .containsOnly(1);
            }
        }
    }
}
