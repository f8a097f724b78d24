package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.RunDirectory;
import dev.querent.plugin.PluginRegistry;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code querent resume RUN}: continues a run from what its folder holds. */
@Command(name = "resume", description = "Continues an unfinished run.", mixinStandardHelpOptions = true)
public final class ResumeCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's folder or name.")
    private Path run = Path.of("");

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Mixin
    private RepositoryOptions repository = new RepositoryOptions();

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    @Override
    public Integer call() {
        RunDirectory directory = runs.existing(run);
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            Experiment experiment = new ExperimentLoader(registry).load(directory.resolved());
            return Execution.run(
                    experiment, directory.resolved(), directory, runs, repository, prometheus, spec.commandLine());
        }
    }
}
