package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.RunDirectory;
import dev.querent.plugin.PluginRegistry;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code querent resume RUN}: continues a run from what its folder holds. */
@Command(name = "resume", description = "Continues an unfinished run.", mixinStandardHelpOptions = true)
public final class ResumeCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's folder or name.")
    private Path run = Path.of("");

    @Mixin
    private Execution execution = new Execution();

    @Override
    public Integer call() {
        RunDirectory directory = execution.runs().existing(run);
        try (PluginRegistry registry = execution.open()) {
            Experiment experiment = new ExperimentLoader(registry).load(directory.resolved());
            return execution.run(experiment, directory.resolved(), directory);
        }
    }
}
