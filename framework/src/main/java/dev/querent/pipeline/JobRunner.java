package dev.querent.pipeline;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.RunDirectory;
import java.time.LocalDateTime;
import java.util.Map;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.support.transaction.ResourcelessTransactionManager;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** One Spring Batch job over a run's own job repository, an H2 file in its folder. */
final class JobRunner {

    private static final String JOB = "experiment";

    private final Experiment experiment;
    private final RunDirectory run;

    /** The caller holds the run's lock, so whatever the repository calls running is the trace of a process that died. */
    JobRunner(Experiment experiment, RunDirectory run) {
        this.experiment = experiment;
        this.run = run;
    }

    /**
     * Runs the steps that are not yet done, in order.
     *
     * @return how the job ended
     */
    BatchStatus run(Map<String, Tasklet> tasklets) {
        try (ConfigurableApplicationContext context = context()) {
            JobRepository repository = context.getBean(JobRepository.class);
            JobParameters parameters = new JobParametersBuilder()
                    .addString("experiment", experiment.name())
                    .addString("hash", experiment.hash())
                    .toJobParameters();
            closeDeadExecutions(repository, parameters);
            return context.getBean(JobOperator.class)
                    .start(job(repository, tasklets), parameters)
                    .getStatus();
        } catch (JobExecutionException e) {
            throw new IllegalStateException("the job of " + run.root() + " can't be started: " + e.getMessage(), e);
        }
    }

    private ConfigurableApplicationContext context() {
        // WRITE_DELAY=0: a commit survives a kill. DB_CLOSE_ON_EXIT=FALSE: H2's own exit hook would close the database
        // while the last step is being stopped.
        String url = "jdbc:h2:file:" + run.repository().toAbsolutePath() + ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0";
        return new SpringApplicationBuilder(PipelineConfiguration.class)
                .web(WebApplicationType.NONE)
                .bannerMode(org.springframework.boot.Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .properties(Map.of(
                        "spring.datasource.url", url,
                        "spring.datasource.username", "sa",
                        "spring.datasource.password", "",
                        "spring.batch.job.enabled", "false",
                        "spring.batch.jdbc.initialize-schema", "always"))
                .run();
    }

    private static Job job(JobRepository repository, Map<String, Tasklet> tasklets) {
        SimpleJobBuilder builder = null;
        for (Map.Entry<String, Tasklet> entry : tasklets.entrySet()) {
            // no database connection is held while a step works for hours
            Step step = new StepBuilder(entry.getKey(), repository)
                    .tasklet(entry.getValue(), new ResourcelessTransactionManager())
                    .build();
            builder = builder == null ? new JobBuilder(JOB, repository).start(step) : builder.next(step);
        }
        if (builder == null) {
            throw new IllegalArgumentException("the experiment has no steps");
        }
        return builder.build();
    }

    private static void closeDeadExecutions(JobRepository repository, JobParameters parameters) {
        JobInstance instance = repository.getJobInstance(JOB, parameters);
        if (instance == null) {
            return;
        }
        for (JobExecution execution : repository.getJobExecutions(instance)) {
            for (StepExecution step : execution.getStepExecutions()) {
                if (isOpen(step.getStatus())) {
                    step.setStatus(BatchStatus.FAILED);
                    step.setExitStatus(ExitStatus.FAILED);
                    step.setEndTime(LocalDateTime.now(java.time.ZoneId.systemDefault()));
                    repository.update(step);
                }
            }
            if (isOpen(execution.getStatus())) {
                execution.setStatus(BatchStatus.FAILED);
                execution.setExitStatus(ExitStatus.FAILED);
                execution.setEndTime(LocalDateTime.now(java.time.ZoneId.systemDefault()));
                repository.update(execution);
            }
        }
    }

    private static boolean isOpen(BatchStatus status) {
        return status.isRunning() || status == BatchStatus.UNKNOWN;
    }
}
