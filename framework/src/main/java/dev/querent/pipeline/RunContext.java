package dev.querent.pipeline;

import ai.djl.ndarray.NDManager;
import dev.querent.collective.Collectives;
import dev.querent.collective.SingleProcess;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Quarantine;
import dev.querent.experiment.RunDirectory;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.PluginChoice;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.random.RunSeed;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.weights.ParameterSet;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What one step of a run works with. */
final class RunContext implements StepContext {

    private final String step;
    private final Run run;
    private final Collectives collectives;
    private final Dataset dataset;
    private final Map<PluginChoice<Dataset>, Dataset> others = new HashMap<>();
    private final Set<String> uses;
    private final Set<String> makes;

    /** What the steps of a run share. */
    record Run(
            RunDirectory directory,
            RunSeed seed,
            Dataset dataset,
            RunModels models,
            StopSignal stop,
            Progress progress,
            Quarantine quarantine,
            Collectives collectives) {

        /** For a process that works on the run without owning its folder: it reads there, and reports nothing. */
        static Run reading(RunModels models, RunDirectory directory, RunSeed seed, Collectives ranks) {
            return new Run(
                    directory,
                    seed,
                    models.dataset(),
                    models,
                    StopSignal.NEVER,
                    Progress.SILENT,
                    SILENT_QUARANTINE,
                    ranks);
        }

        /** The same, silent, for partitions that stop at a signal of their own. */
        Run forPartitions(StopSignal signal) {
            return new Run(
                    directory, seed, dataset, models, signal, Progress.SILENT, SILENT_QUARANTINE, new SingleProcess());
        }
    }

    private static final Quarantine SILENT_QUARANTINE = new Quarantine() {
        @Override
        public void report(String sampleId, String reason) {}

        @Override
        public void used(String sampleId) {}
    };

    /** @param collectives the ranks that work on the step */
    RunContext(String step, Run run, Collectives collectives) {
        this.step = step;
        this.run = run;
        this.collectives = collectives;
        PipelineStep plugin = run.models().step(step);
        uses = plugin.uses();
        makes = plugin.makes();
        dataset = run.models().dataset(run.dataset(), step);
    }

    @Override
    public Collectives collectives() {
        return collectives;
    }

    @Override
    public Path folder() {
        return run.directory().step(step);
    }

    @Override
    public RunSeed seed() {
        return run.seed();
    }

    @Override
    public DataFolder dataFolder() {
        return run.models().dataFolder();
    }

    @Override
    public String description(String role) {
        return run.models().description(role);
    }

    @Override
    public Dataset dataset() {
        return dataset;
    }

    @Override
    public Dataset dataset(PluginChoice<Dataset> choice) {
        return others.computeIfAbsent(choice, run.models()::dataset);
    }

    @Override
    public VisionEncoder vision(NDManager manager) {
        requireDeclared(uses, "vision", "uses");
        return run.models().vision(manager, Optional.of(step));
    }

    @Override
    public LanguageModel language(NDManager manager) {
        requireDeclared(uses, "language", "uses");
        return run.models().language(manager, Optional.of(step));
    }

    @Override
    public Bridge bridge(NDManager manager) {
        requireDeclared(uses, "bridge", "uses");
        return run.models().bridge(manager, Optional.of(step));
    }

    @Override
    public Captioner captioner(NDManager manager) {
        requireDeclared(uses, "captioner", "uses");
        return run.models().captioner(manager);
    }

    @Override
    public ImageTextScorer scorer(NDManager manager) {
        requireDeclared(uses, "scorer", "uses");
        return run.models().scorer(manager);
    }

    @Override
    public Bridge untrainedBridge(NDManager manager) {
        requireDeclared(uses, "bridge", "uses");
        return run.models().untrainedBridge(manager);
    }

    @Override
    public void save(String role, ParameterSet parameters) {
        requireDeclared(makes, role, "makes");
        if (!collectives.leads()) {
            return;
        }
        Path target = run.directory().output(step, role);
        Path unfinished = target.resolveSibling(role + ".tmp");
        try {
            Files.createDirectories(target.getParent());
            Files.deleteIfExists(unfinished);
            SafetensorsWriter.write(unfinished, parameters.asMap(), Map.of("step", step));
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + target, e);
        }
    }

    /** What is not declared is not in the step's key, so that another run would wrongly take its result over. */
    private void requireDeclared(Set<String> declared, String role, String method) {
        if (!declared.contains(role)) {
            throw new IllegalStateException(
                    "step " + step + " needs \"" + role + "\" in what its " + method + "() returns, found " + declared);
        }
    }

    @Override
    public StopSignal stopSignal() {
        return run.stop();
    }

    @Override
    public Progress progress() {
        return run.progress();
    }

    @Override
    public Quarantine quarantine() {
        return run.quarantine();
    }
}
