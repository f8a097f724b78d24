package dev.querent.app.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStatesTest {

    @TempDir
    private Path folder;

    private final RunStates states = new RunStates();

    @Test
    void aKilledRunIsNotAskedAgainBeforeItSaysSomethingNew() {
        RunDirectory run = new RunDirectory(folder.resolve("run"));
        assertThat(state(run)).isEqualTo("waiting");
        AtomicFile.write(run.status(), "{\"state\": \"running\", \"done\": 1}");
        assertThat(state(run)).isEqualTo("interrupted");

        try (RunDirectory.Lock held = run.tryLock().orElseThrow()) {
            assertThat(state(run)).as("not asked").isEqualTo("interrupted");
            AtomicFile.write(run.status(), "{\"state\": \"running\", \"done\": 2}");
            assertThat(state(run)).as("at work again").isEqualTo("running");
        }
        assertThat(state(run)).isEqualTo("interrupted");
        AtomicFile.write(run.status(), "{\"state\": \"finished\"}");
        assertThat(state(run)).isEqualTo("finished");
    }

    private String state(RunDirectory run) {
        return states.of(run).path("state").asString("");
    }
}
