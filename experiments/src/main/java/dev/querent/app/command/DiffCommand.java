package dev.querent.app.command;

import dev.querent.app.runs.RunDifference;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code querent diff RUN RUN}: what differs between two runs. */
@Command(
        name = "diff",
        description = "Shows what differs between two runs: settings, code, machine, weights and data, results.",
        mixinStandardHelpOptions = true)
public final class DiffCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "RUN", description = "The first run's folder or name.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "RUN", description = "The second run's folder or name.")
    private Path second = Path.of("");

    @Option(names = "--json", description = "Write one JSON object.")
    private boolean json;

    @Mixin
    private RunOptions runs = new RunOptions();

    @Override
    public void run() {
        RunDifference difference = RunDifference.of(runs.existing(first), runs.existing(second));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(difference.json());
        } else {
            difference.lines().forEach(out::println);
        }
        out.flush();
    }
}
