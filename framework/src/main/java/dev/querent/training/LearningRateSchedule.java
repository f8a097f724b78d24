package dev.querent.training;

/**
 * Linear warm-up, then half a cosine, step by step. (LAVIS moves the cosine once an epoch; the paper only names the shape.)
 *
 * @param steps all optimiser steps
 * @param warmupSteps steps of linear growth to the peak
 * @param peak the learning rate after warm-up
 * @param floor the learning rate at the last step
 */
public record LearningRateSchedule(long steps, long warmupSteps, double peak, double floor) {

    /**
     * The learning rate of one step.
     *
     * @param step counted from 0
     */
    public double at(long step) {
        if (step < warmupSteps) {
            return peak * (step + 1) / warmupSteps;
        }
        long last = Math.max(1, steps - 1 - warmupSteps);
        double progress = Math.min(1.0, (double) (step - warmupSteps) / last);
        return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
}
