package dev.querent.pipeline;

import dev.querent.collective.Collectives;
import dev.querent.collective.SingleProcess;
import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import dev.querent.progress.StoppedException;
import dev.querent.report.StepResults;
import dev.querent.step.PartFiles;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.tensorboard.EventFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;

/**
 * One step of the run as Spring Batch sees it. The step's own folder holds its progress; the job repository only knows
 * whether it is done.
 */
final class StepTasklet implements Tasklet {

    private final String name;
    private final int index;
    private final PipelineStep step;
    private final StepKeys.Key key;
    private final RunContext.Run run;
    private final AtomicReference<RuntimeException> failure;

    /** The work itself. */
    interface Body {
        void run(StepContext context) throws JobInterruptedException;
    }

    /**
     * @param index of the step in the experiment
     * @param key of its result
     * @param failure gets what the step threw, so that it reaches the user as it was
     */
    StepTasklet(
            String name,
            int index,
            PipelineStep step,
            StepKeys.Key key,
            RunContext.Run run,
            AtomicReference<RuntimeException> failure) {
        this.name = name;
        this.index = index;
        this.step = step;
        this.key = key;
        this.run = run;
        this.failure = failure;
    }

    String name() {
        return name;
    }

    PipelineStep step() {
        return step;
    }

    RunContext.Run run() {
        return run;
    }

    @Override
    public RepeatStatus execute(StepContribution contribution, ChunkContext context) throws Exception {
        carryOut(step::run);
        return RepeatStatus.FINISHED;
    }

    /** Does the step's work by way of {@code body}, unless it is done: killed between the work and the commit. */
    void carryOut(Body body) throws JobInterruptedException {
        try {
            if (!run.directory().isDone(name)) {
                work(run.directory(), body);
            }
            PartFiles.delete(run.directory().step(name));
        } catch (StoppedException stopped) {
            throw new JobInterruptedException(
                    Optional.ofNullable(stopped.getMessage()).orElse("stopped"));
        } catch (RuntimeException e) {
            failure.set(e);
            throw e;
        } catch (IOException e) {
            UncheckedIOException told =
                    new UncheckedIOException("step " + name + " can't use its folder: " + e.getMessage(), e);
            failure.set(told);
            throw told;
        } catch (OutOfMemoryError e) {
            failure.set(new IllegalStateException(
                    "step " + name + " needs more memory (" + e.getMessage()
                            + "): give the heap more with QUERENT_JAVA_OPTIONS=-Xmx4g, or lower its batch-size",
                    e));
            throw e;
        }
    }

    /** The ranks that work on the step; the others are told to come. */
    private Collectives summoned() {
        if (!step.runsOnEveryRank() || run.collectives().size() == 1) {
            return new SingleProcess();
        }
        new Command.Step(index).send(run.collectives());
        return run.collectives();
    }

    /** The key under which the step was begun: of one that two versions of the code have computed together, there is no record. */
    private String keptKey(Path folder) throws IOException {
        Path file = folder.resolve("key");
        if (!Files.exists(file)) {
            AtomicFile.write(file, key.hash());
        }
        return Files.readString(file);
    }

    private void work(RunDirectory directory, Body body) throws IOException, JobInterruptedException {
        Path folder = Files.createDirectories(directory.step(name));
        long begun = System.nanoTime();
        run.progress().begin(name);
        if (run.stop().stopRequested()) {
            throw new StoppedException("stopped before the step");
        }
        boolean ofOneVersion = keptKey(folder).equals(key.hash());
        body.run(new RunContext(name, run, summoned()));
        StepResults.read(folder)
                .ifPresent(results -> AtomicFile.write(
                        EventFile.results(folder), EventFile.ofResults(results.numbers(), Clock.systemUTC())));
        if (ofOneVersion) {
            double seconds = (System.nanoTime() - begun) / 1e9;
            key.record(directory.name(), seconds, folder).write(folder);
        }
        directory.markDone(name);
    }
}
