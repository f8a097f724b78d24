package dev.querent.training;

import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;

/** How long and how fast to train; the part of a training step's configuration that every objective shares. */
public record TrainingConfig(
        @Doc("optimiser steps") int steps,
        @Doc("peak learning rate") double learningRate,
        @Doc("learning rate at the last step") double minLearningRate,
        @Doc("steps of linear warm-up from zero") int warmupSteps,
        @Doc("AdamW's decay of the gradient's mean") double beta1,
        @Doc("AdamW's decay of the gradient's variance") double beta2,

        @Doc("weight decay of matrices and embeddings; biases, norms and scalars have none")
        double weightDecay,

        @Doc("the global gradient norm is cut to this; 0 for no limit")
        double clipNorm,

        @Doc("multiply in bf16 in what is trained too; weights, optimiser, norms and losses stay in fp32")
        boolean mixedPrecision,

        @Doc("steps between checkpoints") int checkpointEvery,

        @Doc("newest checkpoints that are kept; two, so that a damaged one has one before it")
        int keepCheckpoints,

        @Doc(
                "checkpoints that are kept besides because their loss is lowest: the mean of the steps since the checkpoint"
                        + " before; 0 for none")
        int keepBest,

        @Doc("steps between lines of metrics.jsonl") int logEvery,

        @Doc(
                "whether to stop at a step whose loss or gradient is no number, or to skip it; nonfinite.jsonl names its samples"
                        + " either way")
        NonFinite nonFinite) {

    /** The paper's optimiser (appendix, pre-training) at the size of this machine. */
    public static final TrainingConfig DEFAULTS =
            new TrainingConfig(1000, 1e-3, 1e-5, 50, 0.9, 0.98, 0.05, 1.0, false, 200, 2, 0, 10, NonFinite.STOP);

    public TrainingConfig {
        Check.positive("steps", steps);
        Check.range("learning-rate", learningRate, 0, 10);
        Check.range("min-learning-rate", minLearningRate, 0, learningRate);
        Check.range("warmup-steps", warmupSteps, 0, Integer.MAX_VALUE);
        Check.range("beta1", beta1, 0, 0.9999999);
        Check.range("beta2", beta2, 0, 0.9999999);
        Check.range("weight-decay", weightDecay, 0, 10);
        Check.range("clip-norm", clipNorm, 0, Double.MAX_VALUE);
        Check.positive("checkpoint-every", checkpointEvery);
        Check.range("keep-checkpoints", keepCheckpoints, 1, Integer.MAX_VALUE);
        Check.range("keep-best", keepBest, 0, Integer.MAX_VALUE);
        Check.positive("log-every", logEvery);
    }

    public LearningRateSchedule schedule() {
        return new LearningRateSchedule(steps, warmupSteps, learningRate, minLearningRate);
    }
}
