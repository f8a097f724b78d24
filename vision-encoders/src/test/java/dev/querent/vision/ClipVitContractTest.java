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
import java.util.Set;
import org.junit.jupiter.api.Test;

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

    private static ClipVit.Config read(String folder) {
        Problems problems = new Problems();
        return CheckpointConfig.read(
                        Golden.folder(ClipVitContractTest.class, folder), ClipVit.Config.class, problem -> {
                            throw new AssertionError(problem);
                        })
                .flatMap(fields -> new ConfigBinder(problems).bind(fields, "", ClipVit.Config.class, Set.of()))
                .orElseThrow(() -> new AssertionError(problems.toString()));
    }
}
