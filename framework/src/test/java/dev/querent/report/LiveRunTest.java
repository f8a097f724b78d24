package dev.querent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveRunTest {

    @TempDir
    private Path folder;

    private Path run;
    private Path log;
    private LiveRun live;

    @BeforeEach
    void makeRun() throws IOException {
        run = Files.createDirectories(folder.resolve("run"));
        Files.writeString(run.resolve("resolved.yaml"), """
                steps:
                  training: {plugin: a}
                  captioning: {plugin: b}
                """);
        log = Files.createDirectories(run.resolve("steps/training")).resolve("metrics.jsonl");
        live = new LiveRun(run);
    }

    private void append(String text) throws IOException {
        Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private LiveRun.Step training() {
        LiveRun.Step step = live.steps().get(0);
        assertThat(step)
                .as("as one who looks for the first time")
                .isEqualTo(new LiveRun(run).steps().get(0));
        return step;
    }

    @Test
    void aGrowingLogIsReadAsAWholeOneWouldBe() throws IOException {
        assertThat(live.steps())
                .extracting(LiveRun.Step::state)
                .containsExactly(LiveRun.State.BEGUN, LiveRun.State.WAITING);
        assertThat(training().curves()).isEmpty();
        for (int step = 1; step <= 700; step++) {
            append("{\"step\":" + step + ",\"loss\":" + 1.0 / step + "}\n");
            if (step % 97 == 1) {
                training();
            }
        }
        assertThat(training().summary()).isEqualTo("700 steps, loss 1.0000 to 0.0014.");
        assertThat(training().curves()).extracting(LiveRun.Curves::name).containsExactly("loss");
    }

    @Test
    void aLineThatIsHalfWrittenWaits() throws IOException {
        append("{\"step\":1,\"loss\":2}\n{\"step\":2,");
        assertThat(live.steps().get(0).summary()).startsWith("1 steps");
        append("\"loss\":3}\n");
        assertThat(training().summary()).isEqualTo("2 steps, loss 2.0000 to 3.0000.");
        assertThat(training().problems()).isEmpty();
    }

    /** As after a restart from a checkpoint, be the new log shorter or longer than the old one was. */
    @Test
    void aLogThatIsWrittenAnewIsReadAnew() throws IOException {
        append("{\"step\":1,\"loss\":2}\n{\"step\":2,\"loss\":4}\n");
        training();
        for (String anew : List.of("{\"step\":1,\"loss\":2}\n", "{\"step\":1,\"loss\":5}\n".repeat(4))) {
            Path other = Files.writeString(folder.resolve("other"), anew);
            Files.move(other, log, StandardCopyOption.REPLACE_EXISTING);
            assertThat(training().summary()).startsWith("1 steps, loss " + (anew.contains("5") ? "5" : "2"));
        }
        Files.delete(log);
        assertThat(training().summary()).isEmpty();
    }

    @Test
    void aDoneStepSaysWhatItFoundAndWhoComputedIt() throws IOException {
        Path step = run.resolve("steps/captioning");
        new StepResults("Captions", Map.of("images", 3.0), List.of(), List.of()).write(step, List.of());
        Files.writeString(step.resolve("step.json"), "{\"run\": \"other\"}");
        Files.writeString(step.resolve("done"), "");
        LiveRun.Step done = live.steps().get(1);
        assertThat(done.state()).isEqualTo(LiveRun.State.DONE);
        assertThat(done.results().orElseThrow().numbers()).containsEntry("images", 3.0);
        assertThat(done.computedBy()).contains("other");
    }

    @Test
    void nothingOutsideTheRunIsRead() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret.jsonl"), "{\"step\":1,\"loss\":2}\n");
        Files.createSymbolicLink(log, secret);
        Files.writeString(run.resolve("resolved.yaml"), "steps: {../../secret: {plugin: a}}\n");
        assertThat(live.steps()).extracting(LiveRun.Step::name).containsExactly("training");
        assertThat(training().curves()).isEmpty();
        assertThat(training().problems())
                .containsExactly("steps/training/metrics.jsonl leads out of the run's folder and was not read");
    }
}
