package dev.querent.step;

import dev.querent.progress.StoppedException;
import java.util.List;
import java.util.Map;

/**
 * A step whose work splits into partitions that know nothing of each other, unless {@link #barriers} says so. One process does them in
 * turn, or any number of workers share them; either way every partition leaves one file, and {@link #merge} puts the files together.
 */
public interface PartitionedStep extends PipelineStep {

    /** The number of partitions, at least 1; a function of configuration and data alone. */
    int partitions(StepContext context);

    /**
     * Where the work goes on with what came before: a partition from a barrier on reads the files of partitions below it, all of
     * which are done before it is handed out.
     *
     * @return numbers of partitions, rising, each above 0; a function of configuration and data alone
     */
    default List<Integer> barriers(StepContext context) {
        return List.of();
    }

    /**
     * Loads what all partitions need, once for each process.
     *
     * @param context of a process that may be one of many: its folder is not written to, and its quarantine hears nothing
     */
    PartitionWork open(StepContext context);

    /**
     * Makes the step's result of the finished files; may run again after a kill. Here bad samples are reported.
     *
     * @param parts all complete
     */
    void merge(StepContext context, PartFiles parts);

    /** All of it in this process, in order, so that barriers need no care. */
    @Override
    default void run(StepContext context) {
        PartFiles parts = new PartFiles(context.folder(), partitions(context));
        List<Integer> missing = parts.missing();
        if (!missing.isEmpty()) {
            try (PartitionWork work = open(context)) {
                for (int done = 0; done < missing.size(); done++) {
                    if (context.stopSignal().stopRequested()) {
                        throw new StoppedException("stopped between two partitions");
                    }
                    parts.write(missing.get(done), work);
                    context.progress().update(parts.count() - missing.size() + done + 1, parts.count(), Map.of());
                }
            }
        }
        merge(context, parts);
    }
}
