package dev.querent.app.plan;

import dev.querent.weights.Precision;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What an experiment may run on.
 *
 * @param name as on the command line
 * @param source of the figures
 * @param devices that share each batch
 * @param memory bytes of a device
 * @param peak operations a second of a device by precision
 * @param efficiency the share of the peak that training reaches; an assumption
 */
public record Hardware(
        String name, String source, int devices, double memory, Map<Precision, Double> peak, double efficiency) {

    private static final double GIB = 1L << 30;

    /** An assumption: what is published of large transformers lies between a fifth and a half. */
    private static final double EFFICIENCY = 0.4;

    /** The paper's machine (section 3.4). */
    private static final Hardware A100 = new Hardware(
            "a100-40g-x16",
            "NVIDIA's data sheet of the A100 SXM 40 GB: 19.5 TFLOP/s in fp32 (libtorch leaves TF32 off), 312 in 16 bits",
            16,
            40 * GIB,
            Map.of(Precision.FP32, 19.5e12, Precision.BF16, 312e12, Precision.FP16, 312e12),
            EFFICIENCY);

    private static final Hardware H100 = new Hardware(
            "h100-x8",
            "NVIDIA's data sheet of the H100 SXM 80 GB: 67 TFLOP/s in fp32, 989 in 16 bits without sparsity",
            8,
            80 * GIB,
            Map.of(Precision.FP32, 67e12, Precision.BF16, 989e12, Precision.FP16, 989e12),
            EFFICIENCY);

    public Hardware {
        peak = Map.copyOf(peak);
    }

    /** What is known by its data sheet. */
    public static List<Hardware> known() {
        return List.of(A100, H100);
    }

    /** Seconds of an optimiser step; empty where the work isn't known. Input, optimiser and gradient exchange are not in it. */
    public OptionalDouble secondsPerStep(StepPlan step) {
        double seconds = 0;
        for (PartPlan part : step.parts()) {
            if (part.work().isEmpty()) {
                return OptionalDouble.empty();
            }
            seconds += part.work().get().operations() / (efficiency * rate(step.multipliesIn(part)));
        }
        return OptionalDouble.of(step.samplesOn(devices) * seconds);
    }

    private double rate(Precision precision) {
        Double rate = peak.get(precision);
        if (rate == null) {
            throw new IllegalArgumentException(name + ": nothing is known of its speed in " + precision.word());
        }
        return rate;
    }

    /** The largest batch whose estimate fits; 0 where not even the weights do. */
    public long largestBatch(StepPlan step) {
        double each = step.inputBytes() + step.work().map(Work::kept).orElse(0.0);
        double room = memory - step.memory(devices).fixed();
        return room <= 0 ? 0 : devices * (long) (room / each);
    }

    /** Whether what is known of a device's load fits. */
    public boolean holds(StepPlan step) {
        return step.memory(devices).total() <= memory;
    }
}
