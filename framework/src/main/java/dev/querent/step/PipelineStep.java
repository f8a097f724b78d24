package dev.querent.step;

import dev.querent.plugin.PluginKind;
import java.util.List;

/**
 * One resumable step of a run. A plugin's constructor takes {@code (Config)}. A step that was killed or stopped is run
 * again with the same folder and goes on from what it finds there.
 */
@PluginKind("step")
public interface PipelineStep {

    /**
     * Does the work.
     *
     * @throws dev.querent.progress.StoppedException after saving, where the stop signal asked for it
     */
    void run(StepContext context);

    /**
     * Whether all ranks of a data-parallel run work on this step together. Rank 0 does the others alone while the rest wait.
     */
    default boolean runsOnEveryRank() {
        return false;
    }

    /** Whether the step only measures what there is, and leaves models and data as they are. */
    default boolean evaluates() {
        return false;
    }

    /**
     * What is wrong with running this step in an experiment, found without loading anything.
     *
     * @param experiment the experiment's other parts
     * @return sentences, empty if all is well
     */
    default List<String> problems(ExperimentParts experiment) {
        return List.of();
    }
}
