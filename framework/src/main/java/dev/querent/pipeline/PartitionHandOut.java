package dev.querent.pipeline;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.file.AtomicFile;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionedStep;
import dev.querent.step.StepContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.partition.PartitionHandler;
import org.springframework.batch.core.partition.StepExecutionSplitter;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.context.ApplicationContext;

/**
 * The manager's side of a partitioned step: offers the partitions whose files are missing to all workers, of which its own process is
 * one, up to the next barrier, waits until they are done, and at last merges.
 */
final class PartitionHandOut implements PartitionHandler {

    private static final long POLL_MILLIS = 500;
    private static final Duration LONGEST_LEAVING = Duration.ofSeconds(60);

    private final StepTasklet tasklet;
    private final PartitionedStep step;
    private final ApplicationContext context;
    private final Experiment experiment;
    private final PartitionTasks tasks;

    /** The barrier up to which partitions are handed out. */
    private int end;

    PartitionHandOut(StepTasklet tasklet, PartitionedStep step, Experiment experiment, ApplicationContext context) {
        this.tasklet = tasklet;
        this.step = step;
        this.experiment = experiment;
        this.context = context;
        tasks = new PartitionTasks(context);
    }

    /** The partitions that are missing in front of the next barrier, by the name that they get in the job repository. */
    Map<String, ExecutionContext> missing(int count) {
        Map<String, ExecutionContext> partitions = new HashMap<>();
        for (int partition : new PartFiles(tasklet.run().directory().step(tasklet.name()), count).missingBefore(end)) {
            partitions.put(String.format(Locale.ROOT, "%05d", partition), new ExecutionContext());
        }
        return partitions;
    }

    @Override
    public Collection<StepExecution> handle(StepExecutionSplitter splitter, StepExecution whole) throws Exception {
        List<StepExecution> all = new ArrayList<>();
        tasklet.carryOut(work -> {
            PartFiles parts = new PartFiles(work.folder(), step.partitions(work));
            int before = parts.count() - parts.missing().size();
            List<Integer> ends = new ArrayList<>(step.barriers(work));
            ends.add(parts.count());
            for (int next : ends) {
                end = next;
                if (!parts.missingBefore(end).isEmpty()) {
                    Set<StepExecution> some = split(splitter, whole, parts.count());
                    all.addAll(some);
                    share(work, some, new Share(parts.count(), before, all.size()));
                    parts.awaitBefore(end);
                }
            }
            step.merge(work, parts);
        });
        all.forEach(
                partition -> { // as the workers have left them in the repository
                    partition.setStatus(BatchStatus.COMPLETED);
                    partition.setExitStatus(ExitStatus.COMPLETED);
                });
        return all;
    }

    private static Set<StepExecution> split(StepExecutionSplitter splitter, StepExecution whole, int count) {
        try {
            return splitter.split(whole, count);
        } catch (JobExecutionException e) {
            throw new Outage(e); // a worker has changed an older execution since it was closed
        }
    }

    /**
     * How far the step has come.
     *
     * @param count of all partitions
     * @param before how many were done when this attempt began
     * @param offered how many this attempt has offered so far
     */
    private record Share(int count, int before, int offered) {}

    private void share(StepContext work, Set<StepExecution> some, Share share) throws JobInterruptedException {
        long execution = some.iterator().next().getJobExecutionId();
        RunContext.Run run = tasklet.run();
        try (PartitionWorker here = new PartitionWorker(
                context, experiment.threads(), () -> new OpenPartitions.Steps(experiment, run), run.stop())) {
            here.offer(some.stream().map(StepExecution::getStepName).sorted().toList());
            PartitionTasks.Count count = count(execution);
            while (count.completed() < share.offered()) {
                if (work.stopSignal().stopRequested()) {
                    sendAway(run.directory());
                    throw new JobInterruptedException("stopped between partitions");
                }
                Outage.survive(() -> tasks.failure(execution, tasklet.name())).ifPresent(sentence -> {
                    throw new IllegalStateException(sentence);
                });
                work.progress().update(share.before() + count.completed(), share.count(), Map.of("workers", (double)
                        count.workers()));
                Outage.pause(POLL_MILLIS);
                count = count(execution);
            }
            work.progress().update(share.before() + share.offered(), share.count(), Map.of());
        } finally {
            withdraw();
        }
    }

    private PartitionTasks.Count count(long execution) {
        return Outage.survive(() -> tasks.count(execution, tasklet.name()));
    }

    private void withdraw() {
        Outage.survive(() -> {
            tasks.withdraw();
            return tasks;
        });
    }

    /** Tells the workers, who watch the same file as this process, and gives them time to leave their partitions. */
    private void sendAway(RunDirectory run) {
        AtomicFile.write(run.stopRequest(), "");
        long last = System.nanoTime() + LONGEST_LEAVING.toNanos();
        withdraw();
        while (Outage.survive(tasks::tasks) > 0 && System.nanoTime() < last) {
            Outage.pause(POLL_MILLIS);
            withdraw();
        }
    }
}
