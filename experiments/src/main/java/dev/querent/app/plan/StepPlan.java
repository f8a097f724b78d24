package dev.querent.app.plan;

import dev.querent.training.TrainingConfig;
import dev.querent.weights.Precision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A training step.
 *
 * @param name as the experiment calls it
 * @param batchSize samples an optimiser step, over all devices
 * @param together most samples that a device computes at once
 * @param training how long
 * @param images files read for a sample
 * @param inputBytes of a sample's pixels
 * @param parts those that are loaded
 */
public record StepPlan(
        String name,
        int batchSize,
        int together,
        TrainingConfig training,
        int images,
        double inputBytes,
        List<PartPlan> parts) {

    /** Parameter, its mean and its variance. */
    private static final int CHECKPOINTED = 3;

    public StepPlan {
        parts = List.copyOf(parts);
    }

    /** Parameters of all parts. */
    public long parameters() {
        return parts.stream().mapToLong(PartPlan::parameters).sum();
    }

    /** Parameters that the step trains. */
    public long trained() {
        return parts.stream().mapToLong(PartPlan::trained).sum();
    }

    /** What a part's products are computed in. */
    public Precision multipliesIn(PartPlan part) {
        return training.mixedPrecision() && part.trained() > 0 ? Precision.BF16 : part.precision();
    }

    /** A sample's work in all parts; empty where that of one of them isn't known. */
    public Optional<Work> work() {
        return parts.stream().allMatch(part -> part.work().isPresent())
                ? Optional.of(Work.of(
                        parts.stream().flatMap(part -> part.work().stream()).toArray(Work[]::new)))
                : Optional.empty();
    }

    /** Samples that the device with most of them has, where a batch is dealt out evenly. */
    public long samplesOn(int devices) {
        return (batchSize + devices - 1L) / devices;
    }

    /** What a device holds. */
    public Memory memory(int devices) {
        double number = Bytes.each(Precision.FP32);
        double weights = parts.stream()
                .mapToDouble(part -> part.parameters() * Bytes.each(part.precision()))
                .sum();
        OptionalDouble activations = work().map(
                        work -> OptionalDouble.of(Math.min(samplesOn(devices), together) * work.kept()))
                .orElse(OptionalDouble.empty());
        return new Memory(
                weights, number * trained(), 2 * number * trained(), activations, samplesOn(devices) * inputBytes);
    }

    /** Bytes of a checkpoint. */
    public double checkpointBytes() {
        return CHECKPOINTED * Bytes.each(Precision.FP32) * trained();
    }

    /** How many checkpoints are written. */
    public long checkpoints() {
        return (training.steps() + training.checkpointEvery() - 1L) / training.checkpointEvery();
    }

    /** Bytes of gradients that a device sends at each optimiser step, reduced along a ring. */
    public double reducedBytes(int devices) {
        return 2.0 * (devices - 1) / devices * Bytes.each(Precision.FP32) * trained();
    }
}
