package dev.querent.app.command;

import dev.querent.app.runs.RunDifference;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.RunDirectory;
import dev.querent.pipeline.RunModels;
import dev.querent.pipeline.StepKeys;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code querent reproduce RUN}: repeats a run from what it carries, and compares the results. */
@Command(
        name = "reproduce",
        description =
                "Repeats a finished run under another name and compares: exit code 0 where weights, predictions and"
                        + " numbers have the same bits, 1 where they differ. The same command again goes on where it was broken off.",
        mixinStandardHelpOptions = true)
public final class ReproduceCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's folder or name.")
    private Path run = Path.of("");

    @Option(names = "--to", paramLabel = "NAME", description = "Name of the repetition, default: RUN-again.")
    private @Nullable String name;

    @Mixin
    private Execution execution = new Execution();

    @Override
    public Integer call() {
        RunOptions runs = execution.runs();
        RunDirectory original = runs.existing(run);
        try (PluginRegistry registry = execution.open()) {
            String to = name == null ? original.name() + "-again" : name;
            Experiment loaded = new ExperimentLoader(registry).load(original.resolved(), List.of("name=" + to));
            List<String> open = loaded.steps().keySet().stream()
                    .filter(step -> !original.isDone(step))
                    .toList();
            if (!open.isEmpty()) {
                throw new UsageException(original.root() + " is not finished: it lacks " + String.join(", ", open)
                        + ". Continue it with: querent resume " + original.root());
            }
            RunDirectory repetition = runs.named(to);
            RunModels models = new RunModels(loaded, repetition, runs.data(), Progress.SILENT);
            RunDifference.sinceThen(original, new StepKeys().of(loaded, models::dataset))
                    .forEach(change -> execution.err().println("since then " + change));
            int code = execution.run(loaded, original.resolved(), repetition);
            return code == ExitCode.OK ? compare(original, repetition) : code;
        }
    }

    private int compare(RunDirectory original, RunDirectory repetition) {
        RunDifference difference = RunDifference.of(original, repetition);
        PrintWriter out = execution.out();
        if (difference.isOfEqualResults()) {
            out.println(repetition.root() + " has the same bits as " + original.root()
                    + ": weights, predictions and numbers");
        } else {
            out.println(repetition.root() + " differs from " + original.root() + ":");
        }
        if (!difference.isOfEqualResults() || !difference.surroundings().isEmpty()) {
            difference.lines().forEach(out::println);
        }
        out.flush();
        return difference.isOfEqualResults() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
