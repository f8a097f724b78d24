package dev.querent.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.config.Problems;
import dev.querent.model.ComponentContext;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Activation;
import dev.querent.plugin.CheckpointConfig;
import dev.querent.plugin.ConfigBinder;
import dev.querent.testing.Golden;
import dev.querent.testing.VisionEncoderContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipVitContractTest extends VisionEncoderContract {

    @Override
    protected VisionEncoder build(ComponentContext context) {
        return new ClipVit(new ClipVit.Config(15, 5, 10, 3, 2, 9, Activation.QUICK_GELU, 1e-5, 1), context);
    }

    @Test
    void theSizesOfACheckpointAreThoseOfItsConfiguration() {
        // what config.json doesn't say keeps its default: one block is skipped
        assertThat(read("quick-gelu"))
                .isEqualTo(new ClipVit.Config(12, 4, 12, 3, 3, 14, Activation.QUICK_GELU, 1e-5, 1));
        assertThat(read("gelu")).isEqualTo(new ClipVit.Config(15, 5, 10, 2, 2, 9, Activation.GELU, 1e-3, 1));
    }

    @Test
    void aModelOfImageAndTextKeepsTheEncodersSizesApart(@TempDir Path folder) throws IOException {
        Path alone = Golden.folder(ClipVitContractTest.class, "gelu").resolve("config.json");
        // as CLIPModel is published; the outer hidden_size is another part's and must not win
        Files.writeString(
                folder.resolve("config.json"),
                "{\"hidden_size\": 999, \"projection_dim\": 6, \"text_config\": {\"hidden_size\": 77}, \"vision_config\": "
                        + Files.readString(alone) + "}");
        assertThat(read(folder)).isEqualTo(read("gelu"));
    }

    private static ClipVit.Config read(String folder) {
        return read(Golden.folder(ClipVitContractTest.class, folder));
    }

    private static ClipVit.Config read(Path folder) {
        Problems problems = new Problems();
        return CheckpointConfig.read(folder, ClipVit.Config.class, problem -> {
                    throw new AssertionError(problem);
                })
                .flatMap(fields -> new ConfigBinder(problems).bind(fields, "", ClipVit.Config.class, Set.of()))
                .orElseThrow(() -> new AssertionError(problems.toString()));
    }
}
