package dev.querent.app.command;

import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.pipeline.RunModels;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.Progress;
import dev.querent.torch.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The model of a run, with the weights of its latest finished steps. */
final class RunModel implements ModelFolder {

    private final Experiment experiment;
    private final RunDirectory run;
    private final RunModels models;

    private RunModel(Experiment experiment, RunDirectory run) {
        this.experiment = experiment;
        this.run = run;
        models = new RunModels(experiment, run, new DataFolder(Path.of("data")), Progress.SILENT);
    }

    static RunModel open(RunDirectory run, PluginRegistry registry) {
        Experiment experiment = new ExperimentLoader(registry).load(run.resolved());
        if (experiment.vision().isEmpty() || experiment.bridge().isEmpty()) {
            throw new UsageException(run.root()
                    + ": the run's experiment has no vision encoder or no bridge behind it, so it sees nothing");
        }
        if (!Files.exists(run.vocabulary())) {
            throw new UsageException(
                    run.root() + ": the run has not begun, vocabulary.txt is missing; continue it with querent run");
        }
        Torch.setThreads(experiment.threads());
        return new RunModel(experiment, run);
    }

    @Override
    public Map<String, PluginSetting> components() {
        return experiment.components();
    }

    @Override
    public List<String> notes() {
        boolean trained = experiment.steps().keySet().stream()
                .anyMatch(step -> run.isDone(step) && Files.exists(run.output(step, "bridge")));
        return trained ? List.of() : List.of("no finished step of " + run.root() + " has trained its bridge yet");
    }

    @Override
    public VisionEncoder vision(NDManager manager) {
        return models.vision(manager, Optional.empty());
    }

    @Override
    public LanguageModel language(NDManager manager) {
        return models.language(manager, Optional.empty());
    }

    @Override
    public Bridge bridge(NDManager manager) {
        return models.bridge(manager, Optional.empty());
    }
}
