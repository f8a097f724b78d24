package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentException;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.plugin.PluginRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tokenizer:} in experiment files. */
class TokenizerSettingTest {

    private static final Path TINY = Path.of("shapes", "tiny.yaml");

    @TempDir
    Path folder;

    private final PluginRegistry registry = PluginRegistry.builtIn();

    @AfterEach
    void close() {
        registry.close();
    }

    private Experiment load(String... overrides) {
        return new ExperimentLoader(registry).load(TINY, List.of(overrides));
    }

    @Test
    void partsThatReadTextHaveOne() throws IOException {
        Experiment experiment = load("language.tokenizer=" + folder, "bridge.tokenizer=" + folder);
        assertThat(experiment.language().orElseThrow().tokenizer()).contains(folder);
        assertThat(experiment.bridge().orElseThrow().tokenizer()).contains(folder);
        Path resolved = Files.writeString(folder.resolve("resolved.yaml"), experiment.resolvedYaml());
        assertThat(new ExperimentLoader(registry).load(resolved)).isEqualTo(experiment);
        assertThat(experiment.hash()).isNotEqualTo(load().hash());
    }

    @Test
    void othersHaveNone() {
        assertThatThrownBy(() -> load("vision.tokenizer=" + folder))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("vision.tokenizer: unknown key");
        assertThatThrownBy(() -> load("bridge.plugin=linear", "bridge.tokenizer=" + folder))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("bridge.tokenizer: unknown key");
    }

    @Test
    void aWrongPlaceIsToldWithAllElse() {
        assertThatThrownBy(() -> load("language.tokenizer=[a]", "language.layer=3"))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("language.tokenizer: expected a path")
                .hasMessageContaining("language.layer: unknown key");
    }
}
