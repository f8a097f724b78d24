package dev.querent.step;

import dev.querent.plugin.PluginKind;
import java.util.List;
import java.util.Set;

/**
 * One resumable step of a run. A plugin's constructor takes {@code (Config)}. A step that was killed or stopped is run
 * again with the same folder and goes on from what it finds there.
 */
@PluginKind("step")
public interface PipelineStep {

    /** Every role that a component may have. */
    Set<String> COMPONENTS = Set.of("vision", "language", "bridge", "captioner", "scorer");

    /** Everything that a step may make. */
    Set<String> MADE = Set.of("vision", "language", "bridge", "data");

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

    /**
     * The components that the step asks its context for; it gets no others. Its result is taken to depend on their settings, and to be
     * the same whatever the rest of the experiment is.
     */
    default Set<String> uses() {
        return COMPONENTS;
    }

    /**
     * What the step leaves to later ones: the components that it saves, and {@code data} where it chooses captions. Each is among those
     * that it {@link #uses}, as the data always are.
     */
    default Set<String> makes() {
        return MADE;
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
