package dev.querent.task.pretraining;

import dev.querent.step.StepContext;
import dev.querent.training.Trainer;
import java.util.List;
import java.util.function.LongFunction;

/** What a training step hands to the trainer. */
final class Surroundings {

    private Surroundings() {}

    /** @param samples names those of a step's batch */
    static Trainer.Surroundings of(StepContext context, LongFunction<List<String>> samples) {
        return new Trainer.Surroundings(
                context.folder(),
                context.seed(),
                context.stopSignal(),
                context.progress(),
                samples,
                context.collectives());
    }
}
