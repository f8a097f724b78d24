package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.testing.Tar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training and {@code data check} on tar shards, alone and in a mixture. */
class ShardsRunTest {

    private static final String STEPS = """
            steps:
              representation: {plugin: representation, batch-size: 4, training: {steps: 10, warmup-steps: 1, checkpoint-every: 5}}
            """;

    @TempDir
    private Path folder;

    private final CommandLineRun commands = new CommandLineRun();

    /** Two shards of fifteen pictures, one of which is cut short. */
    @BeforeEach
    void generate() throws IOException {
        for (int shard = 0; shard < 2; shard++) {
            Tar tar = new Tar();
            for (int i = 0; i < 15; i++) {
                byte[] picture = Files.readAllBytes(BegunRun.image(folder.resolve("one.png"), 15 * shard + i));
                boolean bad = shard == 1 && i == 3;
                tar.file(i + ".png", bad ? Arrays.copyOf(picture, picture.length / 2) : picture);
                tar.file(i + ".txt", "picture number " + i);
            }
            Files.write(folder.resolve("0" + shard + ".tar"), tar.bytes());
        }
    }

    private Path experiment(String name, String data) throws IOException {
        return Files.writeString(
                folder.resolve(name + ".yaml"),
                "seed: 1\nbad-sample-limit: 0.5\n" + data + "\n" + BegunRun.VISION + BegunRun.BRIDGE + STEPS);
    }

    private int run(Path experiment) {
        return commands.run("run", experiment, "--runs", folder.resolve("runs"));
    }

    @Test
    void trainsOnShardsAndQuarantinesByShardAndKey() throws IOException {
        Path file =
                experiment("shards", "data: {plugin: webdataset, train: \"" + folder + "/{00..01}.tar\", window: 2}");
        assertThat(run(file)).as(commands.err()).isZero();
        assertThat(folder.resolve("00.tar.index")).exists();
        assertThat(Files.readString(folder.resolve("runs/shards/quarantine.jsonl")))
                .contains("\"sample\":\"01.tar:3\"");
        assertThat(Files.readAllLines(folder.resolve("runs/shards/steps/representation/metrics.jsonl")))
                .isNotEmpty();
    }

    @Test
    void trainsOnAMixture() throws IOException {
        Path file = experiment(
                "mixed",
                "data:\n  plugin: mixture\n  parts:\n    web: {weight: 3, data: {plugin: webdataset, train: \"" + folder
                        + "/00.tar\"}}\n    drawn: {weight: 1, data: {plugin: shapes, train-samples: 30}}");
        assertThat(run(file)).as(commands.err()).isZero();
        assertThat(Files.readString(folder.resolve("runs/mixed/resolved.yaml")))
                .contains("plugin: webdataset", "plugin: shapes", "weight: 3");
    }

    @Test
    void checkNamesWhatIsWrong() throws IOException {
        assertThat(commands.run("data", "check", folder.resolve("00.tar"))).isZero();
        assertThat(commands.out()).contains("15 images, 0 problems");
        assertThat(commands.run("data", "check", folder)).isOne();
        assertThat(commands.err()).contains("01.tar:3: broken or cut short");
        commands.clear();
        Path file = experiment("checked", "data: {plugin: webdataset, train: \"" + folder + "/01.tar\"}");
        assertThat(commands.run("data", "check", file)).isOne();
        assertThat(commands.err()).contains("01.tar:3: broken or cut short");
        assertThat(commands.out()).contains("15 images, 1 problems");
        commands.clear();
        Path missing = experiment("missing", "data: {plugin: webdataset, train: \"" + folder + "/{00..02}.tar\"}");
        assertThat(commands.run("data", "check", missing)).isOne();
        assertThat(commands.err()).contains("data.train: there is no file " + folder.resolve("02.tar"));
    }
}
