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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tokenizer:} in experiment files. */
class TokenizerSettingTest {

    private static final String STEPS = "data: {plugin: shapes}\nsteps: {}\n";

    @TempDir
    Path folder;

    private final PluginRegistry registry = PluginRegistry.builtIn();

    @AfterEach
    void close() {
        registry.close();
    }

    private Experiment load(String components) throws IOException {
        Path file = Files.writeString(folder.resolve("experiment.yaml"), STEPS + components);
        return new ExperimentLoader(registry).load(file);
    }

    @Test
    void partsThatReadTextHaveOne() throws IOException {
        Experiment experiment = load("language: {plugin: opt, tokenizer: " + folder
                + "}\nbridge: {plugin: q-former, tokenizer: " + folder + "}\nvision: {plugin: clip-vit}\n");
        assertThat(experiment.language().orElseThrow().tokenizer()).contains(folder);
        assertThat(experiment.bridge().orElseThrow().tokenizer()).contains(folder);
        Path resolved = Files.writeString(folder.resolve("resolved.yaml"), experiment.resolvedYaml());
        assertThat(new ExperimentLoader(registry).load(resolved)).isEqualTo(experiment);
        assertThat(load("language: {plugin: opt}\n").hash())
                .isNotEqualTo(load("language: {plugin: opt, tokenizer: " + folder + "}\n")
                        .hash());
    }

    @Test
    void othersHaveNone() {
        assertThatThrownBy(() -> load("vision: {plugin: clip-vit, tokenizer: " + folder + "}\n"))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("vision.tokenizer: unknown key");
        assertThatThrownBy(() -> load("bridge: {plugin: linear, tokenizer: " + folder + "}\n"))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("bridge.tokenizer: unknown key");
    }

    @Test
    void aWrongPlaceIsTold() {
        assertThatThrownBy(() -> load("language: {plugin: t5, tokenizer: nowhere, width: 3}\n"))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining(
                        "language.tokenizer: expected a folder or file with a tokenizer, found nothing at nowhere")
                .hasMessageContaining("language.width: unknown key");
        assertThatThrownBy(() -> load("language: {plugin: t5, tokenizer: [a]}\n"))
                .hasMessageContaining("language.tokenizer: expected a path");
    }
}
