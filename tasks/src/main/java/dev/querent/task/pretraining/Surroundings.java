package dev.querent.task.pretraining;

import dev.querent.step.StepContext;
import dev.querent.training.Trainer;

/** What a training step hands to the trainer. */
final class Surroundings {

    private Surroundings() {}

    static Trainer.Surroundings of(StepContext context) {
        return new Trainer.Surroundings(context.folder(), context.seed(), context.stopSignal(), context.progress());
    }
}
