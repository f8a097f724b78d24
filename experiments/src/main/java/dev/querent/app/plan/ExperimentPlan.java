package dev.querent.app.plan;

import dev.querent.experiment.Experiment;
import java.util.ArrayList;
import java.util.List;

/**
 * What an experiment's training needs, whatever it runs on.
 *
 * @param name the experiment's
 * @param steps those that train
 * @param notPlanned the other steps: evaluation, and plugins from elsewhere
 * @param notes what was assumed
 */
public record ExperimentPlan(String name, List<StepPlan> steps, List<String> notPlanned, List<String> notes) {

    public ExperimentPlan {
        steps = List.copyOf(steps);
        notPlanned = List.copyOf(notPlanned);
        notes = List.copyOf(notes);
    }

    /** Counts, without reading weights and with no memory for them. */
    public static ExperimentPlan of(Experiment experiment) {
        try (PlannedModels models = new PlannedModels(experiment)) {
            StepPlanner planner = new StepPlanner(experiment, models);
            List<StepPlan> steps = new ArrayList<>();
            List<String> notPlanned = new ArrayList<>();
            experiment
                    .steps()
                    .forEach((name, setting) -> planner.plan(name, setting.config())
                            .ifPresentOrElse(steps::add, () -> notPlanned.add(name)));
            return new ExperimentPlan(experiment.name(), steps, notPlanned, models.notes());
        }
    }
}
