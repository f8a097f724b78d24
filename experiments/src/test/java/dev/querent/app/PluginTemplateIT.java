package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.weights.FileHash;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The jar of {@code docs/plugin-template} in a plugin folder, beside one that is none. The Maven Invoker has built and tested it before:
 * outside this build, against the artefacts that this build installed into a repository of its own.
 */
class PluginTemplateIT {

    private static final Path TEMPLATE = Path.of("..", "docs", "plugin-template");
    private static final Path BUILT = Path.of("target", "outside", "plugin-template", "target", "my-plugins-1.0.0.jar");

    @TempDir
    Path folder;

    private final CommandLineRun command = new CommandLineRun();
    private Path plugins;
    private Path jar;
    private Path broken;

    @BeforeEach
    void dropTheJar() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
        broken = Files.writeString(plugins.resolve("broken.jar"), "no jar");
        jar = Files.copy(BUILT, plugins.resolve("my-plugins.jar"));
    }

    @Test
    void itsPluginsAreListed() {
        assertThat(command.run("plugins", "--plugins", plugins)).isZero();
        assertThat(command.out())
                .contains("  mlp-mixer  (org.example.MlpMixer, " + jar + ")")
                .contains("  running-mean  (org.example.RunningMean, " + jar + ")")
                .contains("  pooling  (org.example.PoolingBridge, " + jar + ")")
                .contains("    hidden-size: whole number, default 256. width of the perceptron's hidden layer");
        assertThat(command.err()).startsWith("left out: " + broken).hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny", "tiny-both-stages"})
    void itsPluginsAreTrainedAndWrite(String experiment) throws IOException {
        Path file = TEMPLATE.resolve(experiment + ".yaml");
        assertThat(command.run(
                        "run", file, "--plugins", plugins, "--runs", folder, "--data", folder, "--set", "name=run"))
                .as(command.err())
                .isZero();
        Path run = folder.resolve("run");
        assertThat(Files.readString(run.resolve("provenance.json")))
                .contains("\"my-plugins.jar\" : \"" + FileHash.sha256(jar) + "\"");
        Path image = run.resolve("steps/captioning/samples/000.png");
        command.clear();
        assertThat(command.run("generate", "--model", run, "--image", image, "--plugins", plugins))
                .as(command.err())
                .isZero();
        assertThat(command.out()).startsWith(image + ": ").hasLineCount(1);
    }

    @Test
    void whoAsksForAPluginThatIsLeftOutIsToldWhy() throws IOException {
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            Files.delete(inside.getPath("org/example/MlpMixer$Config.class"));
        }
        Path file = TEMPLATE.resolve("tiny.yaml");
        assertThat(command.run("validate", file, "--plugins", plugins)).isEqualTo(2);
        assertThat(command.err())
                .containsPattern("tiny.yaml:\\d+: vision.plugin: no vision encoder called \"mlp-mixer\"")
                .contains("Left out: " + jar + ": org.example.MlpMixer needs org.example.MlpMixer$Config, which is")
                .doesNotContain("running-mean");
    }
}
