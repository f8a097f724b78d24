package dev.querent.pipeline;

import ai.djl.ndarray.NDManager;
import dev.querent.collective.Collectives;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Quarantine;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.progress.Progress;
import dev.querent.progress.StopSignal;
import dev.querent.random.RunSeed;
import dev.querent.step.StepContext;
import dev.querent.weights.ParameterSet;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/** What one step of a run works with. */
final class RunContext implements StepContext {

    private final String step;
    private final Run run;
    private final Collectives collectives;

    /** What the steps of a run share. */
    record Run(
            dev.querent.experiment.RunDirectory directory,
            RunSeed seed,
            Dataset dataset,
            RunModels models,
            StopSignal stop,
            Progress progress,
            Quarantine quarantine,
            Collectives collectives) {}

    /** @param collectives the ranks that work on the step */
    RunContext(String step, Run run, Collectives collectives) {
        this.step = step;
        this.run = run;
        this.collectives = collectives;
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
        return run.dataset();
    }

    @Override
    public VisionEncoder vision(NDManager manager) {
        return run.models().vision(manager, Optional.of(step));
    }

    @Override
    public LanguageModel language(NDManager manager) {
        return run.models().language(manager, Optional.of(step));
    }

    @Override
    public Bridge bridge(NDManager manager) {
        return run.models().bridge(manager, Optional.of(step));
    }

    @Override
    public Bridge untrainedBridge(NDManager manager) {
        return run.models().untrainedBridge(manager);
    }

    @Override
    public void save(String role, ParameterSet parameters) {
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
