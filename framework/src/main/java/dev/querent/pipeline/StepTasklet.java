package dev.querent.pipeline;

import dev.querent.collective.Collectives;
import dev.querent.collective.SingleProcess;
import dev.querent.experiment.RunDirectory;
import dev.querent.progress.StoppedException;
import dev.querent.step.PipelineStep;
import java.io.IOException;
import java.nio.file.Files;
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
    private final RunContext.Run run;
    private final Runnable begin;
    private final AtomicReference<RuntimeException> failure;

    /**
     * @param index of the step in the experiment
     * @param begin called before the step works
     * @param failure gets what the step threw, so that it reaches the user as it was
     */
    StepTasklet(
            String name,
            int index,
            PipelineStep step,
            RunContext.Run run,
            Runnable begin,
            AtomicReference<RuntimeException> failure) {
        this.name = name;
        this.index = index;
        this.step = step;
        this.run = run;
        this.begin = begin;
        this.failure = failure;
    }

    @Override
    public RepeatStatus execute(StepContribution contribution, ChunkContext context) throws Exception {
        RunDirectory directory = run.directory();
        if (!directory.isDone(name)) { // done but not yet committed: killed in between
            work(directory);
        }
        return RepeatStatus.FINISHED;
    }

    /** The ranks that work on the step; the others are told to come. */
    private Collectives summoned() {
        if (!step.runsOnEveryRank() || run.collectives().size() == 1) {
            return new SingleProcess();
        }
        new Command.Step(index).send(run.collectives());
        return run.collectives();
    }

    private void work(RunDirectory directory) throws IOException, JobInterruptedException {
        Files.createDirectories(directory.step(name));
        begin.run();
        try {
            if (run.stop().stopRequested()) {
                throw new StoppedException("stopped before the step");
            }
            step.run(new RunContext(name, run, summoned()));
            directory.markDone(name);
        } catch (StoppedException stopped) {
            throw new JobInterruptedException(
                    Optional.ofNullable(stopped.getMessage()).orElse("stopped"));
        } catch (RuntimeException e) {
            failure.set(e);
            throw e;
        } catch (OutOfMemoryError e) {
            failure.set(new IllegalStateException(
                    "step " + name + " needs more memory (" + e.getMessage()
                            + "): give the heap more with QUERENT_JAVA_OPTIONS=-Xmx4g, or lower its batch-size",
                    e));
            throw e;
        }
    }
}
