package dev.querent.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.tensorboard.EventFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    @Test
    void afterARestartBothFilesGoOnWhereTheCheckpointDoes() throws IOException {
        MetricsLog killed = new MetricsLog(folder, 0, CLOCK);
        for (long step = 10; step <= 30; step += 10) {
            killed.write(step, Map.of("loss", 1.0 / step));
        }
        Path file = folder.resolve("metrics.jsonl");
        Files.writeString(file, "{\"step\":40,\"lo", StandardOpenOption.APPEND);
        new MetricsLog(folder, 20, CLOCK).write(30, Map.of("loss", 0.5));
        assertThat(file).content().isEqualTo("""
                {"step":10,"loss":0.1}
                {"step":20,"loss":0.05}
                {"step":30,"loss":0.5}
                """);
        Path expected = folder.resolve("expected");
        EventFile.begin(expected, 20, CLOCK).write(30, "training", Map.of("loss", 0.5));
        assertThat(folder.resolve("events.out.tfevents.00000002"))
                .as("readers forget what the session before wrote of steps after 20")
                .hasSameBinaryContentAs(expected.resolve("events.out.tfevents.00000001"));
    }
}
