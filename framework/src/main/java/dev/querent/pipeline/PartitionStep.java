package dev.querent.pipeline;

import dev.querent.progress.StoppedException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;

/** One partition as Spring Batch sees it. */
final class PartitionStep extends AbstractStep {

    private final OpenPartitions partitions;
    private @Nullable Throwable failure;

    /** @param name {@code STEP:00007} */
    PartitionStep(String name, JobRepository repository, OpenPartitions partitions) {
        super(repository);
        setName(name);
        this.partitions = partitions;
    }

    @Override
    protected void doExecute(StepExecution execution) throws JobInterruptedException {
        String name = execution.getStepName();
        int colon = name.lastIndexOf(':');
        try {
            partitions.write(name.substring(0, colon), Integer.parseInt(name.substring(colon + 1)));
        } catch (StoppedException e) {
            throw new JobInterruptedException("stopped in partition " + name);
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    /** What the partition's own work threw. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }
}
