package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.plugin.PluginRegistry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code querent run FILE}: runs an experiment; the same command again continues it. */
@Command(
        name = "run",
        description = "Runs an experiment. The same command again continues an unfinished run and does nothing for a"
                + " finished one.",
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {

    @Mixin
    private ExperimentOptions experiment = new ExperimentOptions();

    @Mixin
    private Execution execution = new Execution();

    @Override
    public Integer call() {
        try (PluginRegistry registry = execution.open()) {
            Experiment loaded = experiment.load(registry);
            return execution.run(loaded, experiment.file(), execution.runs().named(loaded.name()));
        }
    }
}
