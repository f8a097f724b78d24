package dev.querent.app.plan;

import java.util.OptionalDouble;

/**
 * Bytes on a device.
 *
 * @param weights of all parts, each in its precision
 * @param gradients of what is trained, fp32
 * @param optimizer AdamW's two moments, fp32
 * @param activations kept for the backward pass; empty where not known
 * @param input the device's share of the batch
 */
public record Memory(double weights, double gradients, double optimizer, OptionalDouble activations, double input) {

    /** What doesn't grow with the batch. */
    public double fixed() {
        return weights + gradients + optimizer;
    }

    /** All that is known. */
    public double total() {
        return fixed() + activations.orElse(0) + input;
    }
}
