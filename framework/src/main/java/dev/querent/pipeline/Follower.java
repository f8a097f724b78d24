package dev.querent.pipeline;

import dev.querent.collective.Collectives;
import dev.querent.data.DataFolder;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.progress.Progress;
import dev.querent.progress.StoppedException;
import dev.querent.random.RunSeed;
import dev.querent.step.PipelineStep;
import dev.querent.torch.Torch;
import dev.querent.training.DivergedException;
import java.util.List;
import java.util.Map;

/**
 * A rank other than 0: works on the steps that rank 0 tells it to. It reads the run's folder, which all ranks see, and never
 * writes to it.
 */
public final class Follower {

    private final Experiment experiment;
    private final RunDirectory run;
    private final DataFolder dataFolder;
    private final Collectives collectives;

    public Follower(Experiment experiment, RunDirectory run, DataFolder dataFolder, Collectives collectives) {
        this.experiment = experiment;
        this.run = run;
        this.dataFolder = dataFolder;
        this.collectives = collectives;
    }

    /**
     * Follows rank 0 until the run ends. Told to end by a signal it goes on: rank 0 has heard it too, and stops at a checkpoint.
     *
     * @return the exit code that rank 0 gives
     */
    public int follow() {
        Torch.setThreads(experiment.threads());
        try (LateExit exit = new LateExit(() -> {}, collectives::isStuck)) {
            Command first = Command.await(collectives);
            if (first instanceof Command.End end) { // nothing left to do, so nothing to load
                return end.code();
            }
            return follow(first, shared());
        }
    }

    private int follow(Command first, RunContext.Run shared) {
        List<Map.Entry<String, PluginSetting>> steps =
                List.copyOf(experiment.steps().entrySet());
        Command command = first;
        while (command instanceof Command.Step step) {
            Map.Entry<String, PluginSetting> entry = steps.get(step.index());
            work(entry.getKey(), entry.getValue().create(PipelineStep.class), shared);
            command = Command.await(collectives);
        }
        return ((Command.End) command).code();
    }

    /** What ends a step on all ranks alike is rank 0's to tell. */
    private static void work(String name, PipelineStep step, RunContext.Run shared) {
        try {
            step.run(new RunContext(name, shared, shared.collectives()));
        } catch (StoppedException | DivergedException e) {
            // rank 0 says what now
        }
    }

    private RunContext.Run shared() {
        RunModels models = new RunModels(experiment, run, dataFolder, Progress.SILENT);
        return RunContext.Run.reading(models, run, new RunSeed(experiment.seed()), collectives);
    }
}
