package dev.querent.task.scoring;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a prediction file is worth.
 *
 * @param items how many questions, images or queries were scored
 * @param overall by the official scorer's name of the measure
 * @param groups the same or other measures of parts, by the name of the grouping and that of the part
 */
public record Scores(int items, Map<String, Double> overall, Map<String, Map<String, Double>> groups) {
    public Scores {
        overall = Collections.unmodifiableMap(new LinkedHashMap<>(overall));
        groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    }
}
