package dev.querent.pipeline;

import dev.querent.collective.Collectives;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.ExperimentException;
import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import dev.querent.progress.Progress;
import dev.querent.random.RunSeed;
import dev.querent.report.RunReport;
import dev.querent.step.PipelineStep;
import dev.querent.tensorboard.EventFile;
import dev.querent.torch.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.springframework.batch.core.BatchStatus;

/** Runs an experiment in its folder, from the beginning or from where it was left. */
public final class PipelineJob {

    /** How a call ended; failures are thrown. */
    public enum Outcome {
        FINISHED,
        ALREADY_FINISHED,
        STOPPED
    }

    private final Experiment experiment;
    private final Path file;
    private final RunDirectory run;
    private final DataFolder dataFolder;
    private final Progress progress;
    private final Clock clock;
    private final Collectives collectives;
    private final Optional<SharedRepository> shared;

    /**
     * @param file the experiment file, kept with the run
     * @param out where progress is shown
     * @param collectives the ranks that share the work; this one is rank 0, the others are {@link Follower}s
     * @param shared where the job repository is, if workers share it; else it is in the run's folder
     */
    public PipelineJob(
            Experiment experiment,
            Path file,
            RunDirectory run,
            DataFolder dataFolder,
            Progress out,
            Clock clock,
            Collectives collectives,
            Optional<SharedRepository> shared) {
        this.experiment = experiment;
        this.file = file;
        this.run = run;
        this.dataFolder = dataFolder;
        progress = out;
        this.clock = clock;
        this.collectives = collectives;
        this.shared = shared;
    }

    /**
     * Runs what is not yet done.
     *
     * @param tell hears how it ended while a process that was told to end still waits, so that the user hears of it too
     * @throws RunInUseException where another process works on the run
     * @throws ExperimentException where the folder holds a run of another experiment
     */
    public Outcome run(Consumer<Outcome> tell) {
        try (RunDirectory.Lock lock = run.tryLock().orElseThrow(() -> new RunInUseException(run.root()))) {
            ExperimentDifference.refuse(experiment, run);
            if (run.exists() && allStepsDone() && RunReport.exists(run.root())) {
                tell.accept(Outcome.ALREADY_FINISHED);
                return Outcome.ALREADY_FINISHED;
            }
            return runLocked(tell);
        }
    }

    /**
     * Lets the other ranks go, after {@link #run}.
     *
     * @param code their exit code
     */
    public void dismissOthers(int code) {
        new Command.End(code).send(collectives);
    }

    private boolean allStepsDone() {
        return experiment.steps().keySet().stream().allMatch(run::isDone);
    }

    private Outcome runLocked(Consumer<Outcome> tell) {
        QuarantineFile quarantine = new QuarantineFile(run.quarantine(), experiment.badSampleLimit());
        RunStatus status = new RunStatus(run, clock, quarantine::size);
        try (StopRequests stop = new StopRequests(run, collectives::isStuck)) {
            try {
                Outcome outcome = work(status.recording(progress), quarantine, stop);
                status.end(outcome == Outcome.STOPPED ? RunStatus.State.STOPPED : RunStatus.State.FINISHED, "");
                tell.accept(outcome);
                return outcome;
            } catch (RuntimeException e) {
                status.end(RunStatus.State.FAILED, String.valueOf(e.getMessage()));
                throw e;
            }
        }
    }

    private Outcome work(Progress watched, QuarantineFile quarantine, StopRequests stop) {
        Torch.setThreads(experiment.threads());
        keepExperiment();
        boolean complete = allStepsDone() && Files.exists(run.vocabulary()); // steps may all have been taken over
        Outcome outcome = complete ? Outcome.FINISHED : runSteps(watched, quarantine, stop);
        if (outcome == Outcome.FINISHED) { // of a run killed between its last step and its report, this is all that is
            // missing
            RunReport.write(run.root());
        }
        return outcome;
    }

    private Outcome runSteps(Progress watched, QuarantineFile quarantine, StopRequests stop) {
        watched.begin("data");
        RunModels models = new RunModels(experiment, run, dataFolder, progress);
        Dataset dataset = models.dataset();
        models.writeVocabulary(dataset);
        RunContext.Run work = new RunContext.Run(
                run, new RunSeed(experiment.seed()), dataset, models, stop, watched, quarantine, collectives);
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        Map<String, StepKeys.Key> keys = new StepKeys().of(experiment, () -> dataset);
        List<StepTasklet> steps = new ArrayList<>();
        experiment.steps().forEach((name, setting) -> {
            PipelineStep step = setting.create(PipelineStep.class);
            steps.add(new StepTasklet(name, steps.size(), step, Objects.requireNonNull(keys.get(name)), work, failure));
        });
        BatchStatus ended = new JobRunner(experiment, run, shared).run(steps);
        if (ended == BatchStatus.STOPPED) {
            return Outcome.STOPPED;
        }
        if (ended != BatchStatus.COMPLETED) {
            RuntimeException cause = failure.get();
            throw cause != null ? cause : new IllegalStateException("the job ended as " + ended + "; run it again");
        }
        return Outcome.FINISHED;
    }

    private void keepExperiment() {
        if (run.exists()) {
            return;
        }
        try {
            if (!Files.exists(run.experiment())) {
                AtomicFile.write(run.experiment(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        Provenance.write(experiment, run, clock);
        AtomicFile.write(
                EventFile.configuration(run.root()), EventFile.ofConfiguration(experiment.resolvedYaml(), clock));
        experiment.warmStarts().values().forEach(progress::say);
        AtomicFile.write(run.resolved(), experiment.resolvedYaml()); // last: its presence makes the folder a run
    }
}
