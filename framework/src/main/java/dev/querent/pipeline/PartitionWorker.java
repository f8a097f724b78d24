package dev.querent.pipeline;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.querent.progress.StopSignal;
import dev.querent.torch.Torch;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.context.ApplicationContext;

/**
 * This process's share in the partitions of a run. db-scheduler hands it one after the other, keeps its lease by heartbeats, and gives
 * it those of processes that died; a partition that fails again and again is given up.
 */
final class PartitionWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunLog.NAME);
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final int MISSED_HEARTBEATS = 4; // the fewest that db-scheduler takes
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration LONGEST_LEAVING = Duration.ofSeconds(45);

    /** How often a partition may fail, and how often whoever works on it may die. */
    private static final int FAILURES = 3;

    private static final int DEATHS = 10;

    private final PartitionTasks tasks;
    private final JobRepository repository;
    private final int threads;
    private final Clock clock;
    private final Scheduler scheduler;
    private final OpenPartitions partitions;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile boolean leaving;
    private volatile StopSignal lost = StopSignal.NEVER;

    /**
     * Begins to work.
     *
     * @param context of the run's schema
     * @param threads of libtorch
     * @param steps of the experiment; asked for when the first partition comes
     * @param stop ends a partition before it is done, which another process may then begin
     */
    PartitionWorker(ApplicationContext context, int threads, Supplier<OpenPartitions.Steps> steps, StopSignal stop) {
        tasks = new PartitionTasks(context);
        repository = context.getBean(JobRepository.class);
        this.threads = threads;
        partitions = new OpenPartitions(steps, () -> leaving || lost.stopRequested() || stop.stopRequested());
        Duration ahead = Outage.survive(tasks::clockAhead);
        clock = () -> Instant.now().plus(ahead);
        CustomTask<Void> task = Tasks.custom(PartitionTasks.TASK, Void.class)
                .onFailure(this::onFailure)
                .onDeadExecution(this::onDeath)
                .execute(this::execute);
        scheduler = Scheduler.create(context.getBean(DataSource.class), List.of(task))
                .schedulerName(new SchedulerName.Fixed(name()))
                .clock(clock)
                .threads(1) // a partition uses all that the process has
                .pollUsingLockAndFetch(0.5, 1)
                .pollingInterval(POLL)
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                .shutdownMaxWait(LONGEST_LEAVING)
                .failureLogging(LogLevel.OFF, false)
                .build();
        scheduler.start();
    }

    /** Host and number of this process, which no other has. */
    static String name() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown";
        }
        String process = "-" + ProcessHandle.current().pid();
        return host.substring(0, Math.min(host.length(), 50 - process.length())) + process; // 50 characters are kept
    }

    /** How many partitions this process has done. */
    int done() {
        return done.get();
    }

    /** How often a partition has failed here. */
    int failed() {
        return failed.get();
    }

    private static String step(String partition) {
        return partition.substring(0, partition.lastIndexOf(':'));
    }

    /** Offers partitions to all workers; those that are offered already stay as they are. */
    void offer(List<String> names) {
        Instant now = clock.now();
        for (String name : names) {
            Outage.survive(() -> scheduler.scheduleIfNotExists(new TaskInstance<>(PartitionTasks.TASK, name), now));
        }
        scheduler.triggerCheckForDueExecutions();
    }

    private CompletionHandler<Void> execute(TaskInstance<Void> task, ExecutionContext context) {
        Torch.setThreads(threads);
        lost = () -> context.getCurrentlyExecuting().getHeartbeatState().getFractionDead() >= 1;
        String name = task.getId();
        PartitionStep step = new PartitionStep(name, repository, partitions);
        Optional<StepExecution> open;
        try {
            open = tasks.open(name);
            if (open.isEmpty() || leaving) { // its manager has died; the next one makes another execution of it
                return again(POLL);
            }
            if (open.get().getStatus() != BatchStatus.COMPLETED) {
                open.get().setExitStatus(ExitStatus.EXECUTING);
                step.execute(open.get());
            }
        } catch (JobInterruptedException | RuntimeException e) {
            return again(POLL); // the repository is down, or another process has this partition now
        }
        if (step.failure().isPresent()) {
            throw new PartitionFailedException(step.failure().get());
        }
        if (open.get().getStatus() == BatchStatus.COMPLETED) {
            done.incrementAndGet();
            LOG.atInfo().addKeyValue("step", step(name)).log("partition {} is done", name);
            return new CompletionHandler.OnCompleteRemove<>();
        }
        return again(POLL); // stopped
    }

    private static CompletionHandler<Void> again(Duration pause) {
        return (complete, operations) ->
                operations.reschedule(complete, complete.getTimeDone().plus(pause));
    }

    private void onFailure(ExecutionComplete complete, ExecutionOperations<Void> operations) {
        failed.incrementAndGet();
        String name = complete.getExecution().getId();
        LOG.atError()
                .addKeyValue("step", step(name))
                .setCause(complete.getCause().orElse(null))
                .log("partition {} failed", name);
        String reason = complete.getCause().map(Throwable::getMessage).orElse("");
        retry(complete, operations, FAILURES, "was given up after " + FAILURES + " attempts: " + reason);
    }

    private void onDeath(ExecutionComplete complete, ExecutionOperations<Void> operations) {
        String sentence = "was given up: " + DEATHS + " processes that worked on it died, or could not reach the job"
                + " repository. Is there memory enough?";
        retry(complete, operations, DEATHS, sentence);
    }

    private void retry(
            ExecutionComplete complete, ExecutionOperations<Void> operations, int attempts, String sentence) {
        Execution execution = complete.getExecution();
        if (execution.consecutiveFailures + 1 < attempts) {
            operations.reschedule(complete, complete.getTimeDone().plusMillis(500L << execution.consecutiveFailures));
            return;
        }
        String name = execution.getId();
        Outage.survive(() -> {
            tasks.giveUp(name, "partition " + name + " " + sentence);
            return name;
        });
        operations.remove();
    }

    /** Leaves: what it works on is stopped and left to others. */
    @Override
    public void close() {
        leaving = true;
        scheduler.stop();
        partitions.close();
    }
}
