package dev.querent.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.plugin.PluginRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentLoaderTest {

    @TempDir
    Path folder;

    private final ExperimentLoader loader =
            new ExperimentLoader(PluginRegistry.of(Fakes.Scenes.class, Fakes.Training.class, Fakes.Picky.class));

    @Test
    void bindsAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("tiny.yaml"), """
                seed: 7
                data: {plugin: scenes, image-side: 32}
                steps:
                  second: {plugin: training, rate: {warm-up: 5}}
                  first: {plugin: training, steps: 3}
                """);

        Experiment experiment = loader.load(file);

        assertThat(experiment.name()).isEqualTo("tiny");
        assertThat(experiment.seed()).isEqualTo(7);
        assertThat(experiment.data().config()).isEqualTo(new Fakes.Scenes.Config(100, 32));
        assertThat(experiment.steps().keySet()).containsExactly("second", "first");
        Fakes.Training.Config second =
                (Fakes.Training.Config) experiment.steps().get("second").config();
        assertThat(second.rate()).isEqualTo(new Fakes.Training.Rate(2e-4, 5));
        Dataset data = experiment.data().create(Dataset.class, new DataFolder(folder));
        assertThat(((Fakes.Scenes) data).folder.root()).isEqualTo(folder);
        Path resolved = Files.writeString(folder.resolve("resolved.yaml"), experiment.resolvedYaml());
        assertThat(loader.load(resolved)).isEqualTo(experiment);
    }
}
