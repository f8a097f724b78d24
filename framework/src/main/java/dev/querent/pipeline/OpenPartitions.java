package dev.querent.pipeline;

import dev.querent.collective.SingleProcess;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.progress.StopSignal;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionWork;
import dev.querent.step.PartitionedStep;
import dev.querent.step.PipelineStep;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The step whose partitions this process works on, loaded once. For one thread. */
final class OpenPartitions implements AutoCloseable {

    private final Supplier<Steps> source;
    private final StopSignal stop;
    private @Nullable Steps steps;
    private @Nullable Open open;

    /** A run and the experiment that it carries out. */
    record Steps(Experiment experiment, RunContext.Run run) {}

    private record Open(String step, PartFiles parts, PartitionWork work) {}

    OpenPartitions(Supplier<Steps> source, StopSignal stop) {
        this.source = source;
        this.stop = stop;
    }

    /** Does a partition of a step. After a failure all is loaded anew. */
    void write(String step, int partition) {
        Open loaded = open != null && open.step.equals(step) ? open : load(step);
        try {
            loaded.parts.write(partition, loaded.work);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Open load(String name) {
        close();
        if (steps == null) {
            steps = source.get();
        }
        PluginSetting setting = Optional.ofNullable(steps.experiment().steps().get(name))
                .orElseThrow(() -> new IllegalStateException("the experiment has no step called " + name));
        PartitionedStep step = (PartitionedStep) setting.create(PipelineStep.class);
        RunContext context = new RunContext(name, steps.run().forPartitions(stop), new SingleProcess());
        Open loaded = new Open(name, new PartFiles(context.folder(), step.partitions(context)), step.open(context));
        open = loaded;
        return loaded;
    }

    @Override
    public void close() {
        if (open != null) {
            open.work.close();
            open = null;
        }
    }
}
