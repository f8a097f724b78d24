package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.plugin.PluginRegistry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code querent run FILE}: runs an experiment; the same command again continues it. */
@Command(
        name = "run",
        description = "Runs an experiment. The same command again continues an unfinished run and does nothing for a"
                + " finished one.",
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ExperimentOptions experiment = new ExperimentOptions();

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
        try (PluginRegistry registry = plugins.open(spec.commandLine().getErr())) {
            Experiment loaded = experiment.load(registry);
            return Execution.run(
                    loaded,
                    experiment.file(),
                    runs.named(loaded.name()),
                    runs,
                    repository,
                    prometheus,
                    spec.commandLine());
        }
    }
}
