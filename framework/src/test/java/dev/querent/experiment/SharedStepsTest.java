package dev.querent.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedStepsTest {

    @TempDir
    private Path runs;

    private RunDirectory from;
    private RunDirectory to;

    @BeforeEach
    void aFinishedStep() throws IOException {
        from = new RunDirectory(runs.resolve("from"));
        to = new RunDirectory(runs.resolve("to"));
        Path step = from.step("work");
        Files.createDirectories(step.resolve("output"));
        Files.createDirectories(step.resolve("checkpoints/step-1"));
        Files.writeString(step.resolve("output/bridge.safetensors"), "weights");
        Files.writeString(step.resolve("checkpoints/step-1/state"), "state");
        Files.writeString(step.resolve("results.json.tmp"), "half");
        StepRecord.of("key", "from", 12.5, Map.of("seed", "1"), step).write(step);
        from.markDone("work");
    }

    @Test
    void aStepIsTakenOverWithAllThatItLeft() {
        assertThat(new SharedSteps(runs).takeOver("key", to, "work")).isTrue();

        assertThat(to.isDone("work")).isTrue();
        assertThat(to.output("work", "bridge")).hasContent("weights");
        assertThat(to.step("work").resolve("checkpoints")).doesNotExist();
        assertThat(to.steps()).containsExactly("work");
        StepRecord record = StepRecord.read(to.step("work")).orElseThrow();
        assertThat(record.run()).isEqualTo("from");
        assertThat(record.seconds()).isEqualTo(12.5);
        assertThat(record.takenOver(to)).isTrue();
        assertThat(record.takenOver(from)).isFalse();
        assertThat(record.files()).containsOnlyKeys("output/bridge.safetensors");
    }

    @Test
    void anotherKeyIsAnotherStep() {
        assertThat(new SharedSteps(runs).takeOver("other", to, "work")).isFalse();
        assertThat(to.step("work")).doesNotExist();
    }

    @Test
    void whatIsDamagedStaysWhereItIs() throws IOException {
        Files.writeString(from.output("work", "bridge"), "weighs");
        assertThat(new SharedSteps(runs).takeOver("key", to, "work")).isFalse();

        Files.delete(from.output("work", "bridge"));
        assertThat(new SharedSteps(runs).takeOver("key", to, "work")).isFalse();
        assertThat(to.step("work")).doesNotExist();
        assertThat(SharedSteps.halfTaken(to)).isEmpty();
    }

    @Test
    void ofTwoTheWholeOneIsTaken() {
        assertThat(new SharedSteps(runs).takeOver("key", new RunDirectory(runs.resolve("z")), "work"))
                .isTrue();
        RunDirectory copy = new RunDirectory(runs.resolve("z"));
        AtomicFile.write(from.output("work", "bridge"), "damaged"); // another file under the name
        assertThat(copy.output("work", "bridge")).hasContent("weights");

        assertThat(new SharedSteps(runs).takeOver("key", to, "work")).isTrue();
        assertThat(to.output("work", "bridge")).hasContent("weights");
    }

    @Test
    void whatADeadProcessLeftIsNoStep() throws IOException {
        Path half = Files.createDirectories(runs.resolve("to/steps/.taking-over-work"));
        Files.writeString(half.resolve("done"), "");

        assertThat(to.steps()).isEmpty();
        assertThat(SharedSteps.halfTaken(to)).containsExactly(half);
        assertThat(new SharedSteps(runs).takeOver("key", to, "work")).isTrue();
        assertThat(SharedSteps.halfTaken(to)).isEmpty();
    }

    @Test
    void whatARunHasBegunIsItsOwn() throws IOException {
        Files.createDirectories(to.step("work"));
        assertThat(new SharedSteps(runs).takeOver("key", to, "work")).isFalse();
    }

    @Test
    void aRunThatWasSetAsideStillGives() {
        Path aside = SharedSteps.setAside(from);

        assertThat(from.root()).doesNotExist();
        assertThat(aside).isDirectory();
        assertThat(new SharedSteps(runs).asideRuns()).containsExactly(aside);
        assertThat(new SharedSteps(runs).takeOver("key", to, "work")).isTrue();
    }

    @Test
    void aRecordThatLeadsOutOfTheFolderIsNotFollowed() throws IOException {
        Files.writeString(runs.resolve("secret"), "secret");
        Path step = from.step("work");
        new StepRecord("evil", "from", 1, Map.of(), Map.of("../../../secret", "00")).write(step);

        assertThat(new SharedSteps(runs).takeOver("evil", to, "work")).isFalse();
    }
}
