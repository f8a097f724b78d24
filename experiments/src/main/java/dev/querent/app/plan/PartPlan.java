package dev.querent.app.plan;

import dev.querent.weights.Precision;
import java.util.Optional;

/**
 * A component's share in a training step.
 *
 * @param role {@code vision}, {@code bridge} or {@code language}
 * @param plugin its name
 * @param precision that its weights are kept in
 * @param parameters all of them
 * @param trained how many of them the step trains, in fp32
 * @param work a sample; empty where it isn't known how the plugin computes
 */
public record PartPlan(
        String role, String plugin, Precision precision, long parameters, long trained, Optional<Work> work) {}
