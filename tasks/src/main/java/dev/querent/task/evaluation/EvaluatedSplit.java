package dev.querent.task.evaluation;

import dev.querent.data.Checkable;
import dev.querent.data.Dataset;
import dev.querent.data.SampleList;
import dev.querent.plugin.PluginChoice;
import dev.querent.step.StepContext;
import java.util.List;
import java.util.Optional;

/**
 * The split that a step evaluates on.
 *
 * @param dataset the step's own, or the experiment's
 * @param name of the split
 */
record EvaluatedSplit(Dataset dataset, String name) {

    static EvaluatedSplit of(StepContext context, Optional<PluginChoice<Dataset>> own, String name) {
        return new EvaluatedSplit(own.map(context::dataset).orElseGet(context::dataset), name);
    }

    SampleList samples() {
        return dataset.split(name);
    }

    /** A sentence for readers of the results where the files of the data have problems. */
    List<String> notes() {
        List<String> problems = dataset instanceof Checkable known ? known.problems() : List.of();
        return problems.isEmpty()
                ? List.of()
                : List.of("The data's files have problems, and what is wrong was left out (querent data check): "
                        + String.join("; ", problems));
    }
}
