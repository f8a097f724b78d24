package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitCommandTest {

    @TempDir
    Path folder;

    private final CommandLineRun command = new CommandLineRun();

    @Test
    void whatItWritesIsExplainedAndRuns() throws IOException {
        Path file = folder.resolve("first.yaml");

        assertThat(command.run("init", file)).as(command.err()).isZero();

        assertThat(command.out()).contains("querent run " + file);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines)
                .filteredOn(line -> line.matches(" *[a-z-]+: .*[0-9a-z]") && !line.startsWith("    plugin: "))
                .allMatch(line -> line.contains(" # "));
        assertThat(lines).anyMatch(line -> line.matches("  queries: 4 +# query tokens Q \\(default 32\\)"));
        List<Object> run = new ArrayList<>(List.of("run", file, "--runs", folder.resolve("runs")));
        for (String step : List.of("vision-pretraining", "language-pretraining", "representation", "generative")) {
            run.addAll(List.of(
                    "--set",
                    "steps." + step + ".training.steps=2",
                    "--set",
                    "steps." + step + ".training.warmup-steps=1"));
        }
        run.addAll(List.of("--set", "data.train-samples=64", "--data", folder));
        assertThat(command.run(run.toArray())).as(command.err()).isZero();
        assertThat(folder.resolve("runs/first/report/index.html")).exists();
    }

    @Test
    void aFileThatIsThereStays() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.yaml"), "mine");

        assertThat(command.run("init", file)).isEqualTo(2);

        assertThat(command.err()).isEqualTo(file + " is there already; name another file: querent init FILE\n");
        assertThat(file).hasContent("mine");
    }
}
