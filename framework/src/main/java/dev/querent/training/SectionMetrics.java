package dev.querent.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Means of what is logged, over the steps since the last regular checkpoint. What a stop saves in between goes on with the same steps,
 * so that it doesn't matter where a run was broken off.
 */
final class SectionMetrics {

    static final String LOSS = "loss";

    private static final String STEPS = "steps";

    private final Map<String, Double> sums = new LinkedHashMap<>();
    private long steps;

    /** Adds a step, unless it was skipped. */
    void add(Map<String, Double> values) {
        if (!values.containsKey(Trainer.SKIPPED)) {
            steps++;
            values.forEach((name, value) -> sums.merge(name, value, Double::sum));
        }
    }

    void beginAgain() {
        sums.clear();
        steps = 0;
    }

    /** Goes on from what {@link #json} gave. */
    void restore(JsonNode saved) {
        beginAgain();
        steps = saved.path(STEPS).asLong(0);
        saved.properties().forEach(entry -> {
            if (!entry.getKey().equals(STEPS)) {
                sums.put(entry.getKey(), entry.getValue().asDouble(0) * steps);
            }
        });
    }

    /** The number of steps and, where there are any, the means. */
    ObjectNode json() {
        ObjectNode node = JsonMapper.shared().createObjectNode().put(STEPS, steps);
        if (steps > 0) {
            sums.forEach((name, sum) -> node.put(name, sum / steps));
        }
        return node;
    }

    /** The mean loss in what {@link #json} gave. */
    static Optional<Double> loss(JsonNode saved) {
        return saved.path(LOSS).isNumber() ? Optional.of(saved.path(LOSS).asDouble(0)) : Optional.empty();
    }
}
