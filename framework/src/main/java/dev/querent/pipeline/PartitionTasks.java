package dev.querent.pipeline;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The partitions of a run in its schema. Each is a step execution of Spring Batch, called {@code STEP:00007}, and, as long as it is open, a
 * task of db-scheduler with the same name.
 */
final class PartitionTasks {

    /** The name that db-scheduler knows the one kind of task by. */
    static final String TASK = "partition";

    /** What {@link #giveUp} leaves as exit code. */
    private static final String GIVEN_UP = "GIVEN_UP";

    private static final int LONGEST_SENTENCE = 2000;

    private final JobRepository repository;
    private final JdbcTemplate jdbc;

    PartitionTasks(ApplicationContext context) {
        repository = context.getBean(JobRepository.class);
        jdbc = context.getBean(JdbcTemplate.class);
    }

    /** How far a step of a job execution has come. */
    record Count(int completed, int workers) {}

    /** @param execution of the job */
    Count count(long execution, String step) {
        return new Count(
                number(
                        "select count(*) from batch_step_execution where job_execution_id = ? and step_name like ?"
                                + " and status = 'COMPLETED'",
                        execution,
                        pattern(step)),
                number("select count(distinct picked_by) from scheduled_tasks where picked"));
    }

    /** Why a partition was given up, if one was. */
    Optional<String> failure(long execution, String step) {
        return jdbc
                .queryForList(
                        "select exit_message from batch_step_execution where job_execution_id = ? and step_name like ?"
                                + " and exit_code = '" + GIVEN_UP + "'",
                        String.class,
                        execution,
                        pattern(step))
                .stream()
                .findFirst();
    }

    /** Takes back what nobody works on. */
    void withdraw() {
        jdbc.update("delete from scheduled_tasks where not picked");
    }

    /** How many tasks there are. */
    int tasks() {
        return number("select count(*) from scheduled_tasks");
    }

    /** How much the database's clock is ahead of this machine's, so that all heartbeats are of one clock. */
    Duration clockAhead() {
        Instant before = Instant.now();
        Timestamp there = jdbc.queryForObject("select now()", Timestamp.class);
        Instant middle = before.plus(Duration.between(before, Instant.now()).dividedBy(2));
        return there == null ? Duration.ZERO : Duration.between(middle, there.toInstant());
    }

    /**
     * The newest execution of a partition; empty where the job that it belongs to doesn't run any more. The job repository would read
     * all partitions of the job for it.
     */
    Optional<StepExecution> open(String name) {
        return jdbc
                .query(
                        "select s.step_execution_id, s.version, s.status, j.job_execution_id, j.version, i.job_instance_id,"
                                + " i.job_name from batch_step_execution s join batch_job_execution j using (job_execution_id)"
                                + " join batch_job_instance i using (job_instance_id) where s.step_name = ? and j.status in"
                                + " ('STARTING', 'STARTED', 'STOPPING') order by s.step_execution_id desc limit 1",
                        (row, number) -> partition(name, row),
                        name)
                .stream()
                .findFirst();
    }

    private static StepExecution partition(String name, ResultSet row) throws SQLException {
        JobExecution job = new JobExecution(
                row.getLong(4), new JobInstance(row.getLong(6), row.getString(7)), new JobParameters());
        job.setVersion(row.getInt(5));
        job.setStatus(BatchStatus.STARTED);
        StepExecution partition = new StepExecution(row.getLong(1), name, job);
        partition.setVersion(row.getInt(2));
        partition.setStatus(BatchStatus.valueOf(row.getString(3)));
        partition.setStartTime(LocalDateTime.now(ZoneId.systemDefault()));
        return partition;
    }

    /** Leaves a partition as failed for good. */
    void giveUp(String name, String sentence) {
        open(name).ifPresent(partition -> {
            String shown = sentence.length() > LONGEST_SENTENCE ? sentence.substring(0, LONGEST_SENTENCE) : sentence;
            partition.setStatus(BatchStatus.FAILED);
            partition.setExitStatus(new ExitStatus(GIVEN_UP, shown));
            repository.update(partition);
        });
    }

    private static String pattern(String step) {
        return step.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%") + ":%";
    }

    private int number(String query, Object... values) {
        Integer number = jdbc.queryForObject(query, Integer.class, values);
        return number == null ? 0 : number;
    }
}
