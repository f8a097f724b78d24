package dev.querent.app.command;

import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentLoader;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.pipeline.RunModels;
import dev.querent.plugin.PluginRegistry;
import dev.querent.progress.Progress;
import dev.querent.task.pretraining.GenerativeStep;
import dev.querent.task.pretraining.RepresentationStep;
import dev.querent.torch.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

    /** The run's model without its language model, where it has learned nothing but stage 1; itself otherwise. */
    RunModel published() {
        boolean stageOneAlone = hasStep(RepresentationStep.class) && !hasStep(GenerativeStep.class);
        return stageOneAlone ? new RunModel(experiment.withoutLanguage(), run) : this;
    }

    private boolean hasStep(Class<?> type) {
        return experiment.steps().values().stream()
                .anyMatch(step -> step.plugin().type() == type);
    }

    @Override
    public Map<String, PluginSetting> components() {
        Map<String, PluginSetting> own = new LinkedHashMap<>(experiment.components());
        own.keySet().removeAll(Set.of("captioner", "scorer")); // tools of its CapFilt, not what it has trained
        return own;
    }

    @Override
    public Asking asking() {
        Asking asking = Asking.USUAL;
        for (Map.Entry<String, PluginSetting> step : experiment.steps().entrySet()) {
            if (step.getValue().config() instanceof GenerativeStep.Config config && hasTrainedBridge(step.getKey())) {
                asking = new Asking(config.questionPrompt(), config.questionToBridge());
            }
        }
        return asking;
    }

    @Override
    public List<String> notes() {
        boolean trained = experiment.steps().keySet().stream().anyMatch(this::hasTrainedBridge);
        return trained ? List.of() : List.of("no finished step of " + run.root() + " has trained its bridge yet");
    }

    @Override
    public List<String> representationNotes() {
        boolean trained = experiment.steps().entrySet().stream()
                .anyMatch(step -> isStageOne(step.getValue()) && hasTrainedBridge(step.getKey()));
        boolean read = experiment.bridge().flatMap(PluginSetting::checkpoint).isPresent();
        return trained || read
                ? List.of()
                : List.of("no finished step of " + run.root()
                        + " is stage 1 (representation), so its bridge has not learned contrast and matching");
    }

    private boolean hasTrainedBridge(String step) {
        return run.isDone(step) && Files.exists(run.output(step, "bridge"));
    }

    private static boolean isStageOne(PluginSetting step) {
        return step.plugin().type() == RepresentationStep.class;
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

    /** Stage 2 changes the path of the queries and leaves the heads behind it as they are, so that they no longer fit. */
    @Override
    public Optional<Bridge> bridgeOfStageOne(NDManager manager) {
        Optional<String> stageTwo = Optional.empty();
        for (Map.Entry<String, PluginSetting> step : experiment.steps().entrySet()) {
            if (isStageOne(step.getValue())) {
                stageTwo = Optional.empty();
            } else if (stageTwo.isEmpty() && step.getValue().plugin().type() == GenerativeStep.class) {
                stageTwo = Optional.of(step.getKey());
            }
        }
        return stageTwo.map(step -> models.bridge(manager, Optional.of(step)));
    }

    @Override
    public Optional<Captioner> captioner(NDManager manager) {
        return Optional.empty();
    }

    @Override
    public Optional<ImageTextScorer> scorer(NDManager manager) {
        return Optional.empty();
    }
}
