package dev.querent.pipeline;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import dev.querent.step.PartitionedStep;
import java.util.List;
import java.util.Optional;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobExecutionAlreadyRunningException;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.partition.support.SimpleStepExecutionSplitter;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.support.transaction.ResourcelessTransactionManager;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** One Spring Batch job over a run's own job repository: an H2 file in its folder, or a schema that workers share. */
final class JobRunner {

    private static final String JOB = "experiment";

    private final Experiment experiment;
    private final RunDirectory run;
    private final Optional<SharedRepository> shared;

    /** The caller holds the run's lock, so whatever the repository calls running is the trace of a process that died. */
    JobRunner(Experiment experiment, RunDirectory run, Optional<SharedRepository> shared) {
        this.experiment = experiment;
        this.run = run;
        this.shared = shared;
    }

    /**
     * Runs the steps that are not yet done, in order.
     *
     * @return how the job ended
     */
    BatchStatus run(List<StepTasklet> steps) {
        if (shared.isEmpty()) {
            try (ConfigurableApplicationContext context = RepositoryContext.inFolder(run)) {
                return attempt(context, steps).getStatus();
            }
        }
        try (ConfigurableApplicationContext context =
                RepositoryContext.owned(shared.get(), shared.get().schemaOf(run))) {
            return Outage.survive(() -> unlessOutage(attempt(context, steps)));
        }
    }

    /** What is done is known by the run's folder, so a job that lost its repository is begun again. */
    private static BatchStatus unlessOutage(JobExecution execution) {
        List<Throwable> failures = execution.getAllFailureExceptions();
        failures.stream().filter(Outage::isBehind).findFirst().ifPresent(failure -> {
            throw new Outage(failure);
        });
        if (execution.getStatus() == BatchStatus.UNKNOWN) {
            throw new Outage(new IllegalStateException("the job's last state could not be written"));
        }
        return execution.getStatus();
    }

    private JobExecution attempt(ApplicationContext context, List<StepTasklet> steps) {
        JobRepository repository = context.getBean(JobRepository.class);
        JobParameters parameters = new JobParametersBuilder()
                .addString("experiment", experiment.name())
                .addString("hash", experiment.hash())
                .toJobParameters();
        closeDeadExecutions(context.getBean(JdbcTemplate.class));
        try {
            return context.getBean(JobOperator.class).start(job(context, repository, steps), parameters);
        } catch (JobExecutionAlreadyRunningException e) {
            throw new Outage(e); // a worker was quicker than the closing of the dead
        } catch (JobExecutionException e) {
            throw new IllegalStateException("the job of " + run.root() + " can't be started: " + e.getMessage(), e);
        }
    }

    private Job job(ApplicationContext context, JobRepository repository, List<StepTasklet> steps) {
        SimpleJobBuilder builder = null;
        for (StepTasklet tasklet : steps) {
            Step step = shared.isPresent() && tasklet.step() instanceof PartitionedStep partitioned
                    ? partitions(tasklet, partitioned, repository, context)
                    // no database connection is held while a step works for hours
                    : new StepBuilder(tasklet.name(), repository)
                            .tasklet(tasklet, new ResourcelessTransactionManager())
                            .build();
            builder = builder == null ? new JobBuilder(JOB, repository).start(step) : builder.next(step);
        }
        if (builder == null) {
            throw new IllegalArgumentException("the experiment has no steps");
        }
        return builder.build();
    }

    private Step partitions(
            StepTasklet tasklet, PartitionedStep step, JobRepository repository, ApplicationContext context) {
        PartitionHandOut handOut = new PartitionHandOut(tasklet, step, experiment, context);
        SimpleStepExecutionSplitter splitter =
                new SimpleStepExecutionSplitter(repository, tasklet.name(), handOut::missing);
        splitter.setAllowStartIfComplete(true); // of a partition whose file was deleted
        return new StepBuilder(tasklet.name(), repository)
                .partitioner(tasklet.name(), handOut::missing)
                .splitter(splitter)
                .partitionHandler(handOut)
                .build();
    }

    /**
     * In two statements, however many partitions there are. Jobs first: no worker begins a partition of a job that is closed. The version
     * fences those that are at work on one.
     */
    private static void closeDeadExecutions(JdbcTemplate jdbc) {
        for (String table : List.of("batch_job_execution", "batch_step_execution")) {
            jdbc.update("update " + table + " set status = 'FAILED', exit_code = 'FAILED', end_time = localtimestamp,"
                    + " version = version + 1 where status in ('STARTING', 'STARTED', 'STOPPING', 'UNKNOWN')");
        }
    }
}
