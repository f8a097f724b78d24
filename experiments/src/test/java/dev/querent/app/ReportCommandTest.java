package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {

    @TempDir
    Path folder;

    private Path runs;
    private final CommandLineRun command = new CommandLineRun();

    @BeforeEach
    void makeRuns() throws IOException {
        runs = folder.resolve("runs");
        for (String name : new String[] {"one", "two"}) {
            Path step = Files.createDirectories(runs.resolve(name).resolve("steps/training"));
            Files.writeString(runs.resolve(name).resolve("resolved.yaml"), "name: " + name + "\nsteps: {}\n");
            Files.writeString(
                    step.resolve("metrics.jsonl"), "{\"step\": 1, \"loss\": 4}\n{\"step\": 2, \"loss\": 3}\n");
        }
    }

    private int run(String... arguments) {
        Object[] all = new Object[arguments.length + 3];
        all[0] = "report";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 2] = "--runs";
        all[all.length - 1] = runs.toString();
        return command.run(all);
    }

    @Test
    void oneRunsReportIsWrittenIntoItsFolder() {
        assertThat(run("one")).isZero();
        assertThat(command.out()).isEqualTo("report: " + runs.resolve("one/report/report.md") + "\n");
        assertThat(runs.resolve("one/report/index.html")).exists();
        assertThat(runs.resolve("one/report/training-loss.svg")).exists();
    }

    @Test
    void severalRunsStandSideBySideInAFolderOfTheirOwn() throws IOException {
        Path to = folder.resolve("both");
        assertThat(run("one", runs.resolve("two").toString(), "--to", to.toString()))
                .as(command::err)
                .isZero();
        assertThat(command.out()).isEqualTo("report: " + to.resolve("comparison.md") + "\n");
        assertThat(Files.readString(to.resolve("comparison.md"))).contains("| name | one | two |");
        assertThat(to.resolve("index.html")).exists();
        assertThat(runs.resolve("one/report")).doesNotExist();
        assertThat(run("two", "one", "--to", to.toString()))
                .as("an earlier one is replaced")
                .isZero();
        assertThat(Files.readString(to.resolve("comparison.md"))).contains("| name | two | one |");
    }

    @Test
    void whatCannotBeMeantIsRefusedInASentence() throws IOException {
        assertThat(run("one", "two")).isEqualTo(2);
        assertThat(command.err()).contains("name its folder with --to DIR");
        assertThat(run("one", "--to", folder.resolve("x").toString())).isEqualTo(2);
        assertThat(command.err()).contains("leave --to out");
        assertThat(run(
                        "one",
                        runs.resolve("one").toString(),
                        "--to",
                        folder.resolve("x").toString()))
                .isEqualTo(2);
        assertThat(command.err()).contains("is named twice");
        assertThat(run("none")).isEqualTo(2);
        assertThat(command.err()).contains("there is no run none");
        assertThat(run("one", "two", "--to", runs.toString())).isEqualTo(2);
        assertThat(command.err()).contains("holds no comparison");
        assertThat(folder.resolve("x")).doesNotExist();
    }
}
