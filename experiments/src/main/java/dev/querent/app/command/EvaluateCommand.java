package dev.querent.app.command;

import dev.querent.experiment.Experiment;
import dev.querent.plugin.PluginRegistry;
import dev.querent.step.PipelineStep;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code querent evaluate FILE}: runs an experiment that trains nothing. */
@Command(
        name = "evaluate",
        description =
                "Runs an experiment all of whose steps evaluate; it is refused if one trains. The same command again"
                        + " continues it.",
        mixinStandardHelpOptions = true)
public final class EvaluateCommand implements Callable<Integer> {

    @Mixin
    private ExperimentOptions experiment = new ExperimentOptions();

    @Mixin
    private Execution execution = new Execution();

    @Override
    public Integer call() {
        try (PluginRegistry registry = execution.open()) {
            Experiment loaded = experiment.load(registry);
            refuseWhatDoesNotEvaluate(loaded);
            return execution.run(loaded, experiment.file(), execution.runs().named(loaded.name()));
        }
    }

    private void refuseWhatDoesNotEvaluate(Experiment loaded) {
        List<String> others = loaded.steps().entrySet().stream()
                .filter(step ->
                        !step.getValue().create(PipelineStep.class).makes().isEmpty())
                .map(step -> step.getKey() + " (" + step.getValue().plugin().name() + ")")
                .toList();
        if (!others.isEmpty()) {
            throw new UsageException(experiment.file() + ": steps: expected steps that evaluate, found "
                    + String.join(", ", others) + ". Use querent run, or leave them out by --set steps.NAME=null");
        }
    }
}
