package dev.querent.task.scoring;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Means of values in percent, a mean for each group. */
final class GroupedMeans {

    private final Map<String, double[]> sums; // value, count

    private GroupedMeans(Map<String, double[]> sums) {
        this.sums = sums;
    }

    static GroupedMeans byName() {
        return new GroupedMeans(new TreeMap<>());
    }

    /** For groups that are numbers. */
    static GroupedMeans byNumber() {
        return new GroupedMeans(new TreeMap<>(Comparator.comparingInt(Integer::parseInt)));
    }

    void add(String group, double value) {
        double[] sum = sums.computeIfAbsent(group, name -> new double[2]);
        sum[0] += value;
        sum[1]++;
    }

    Map<String, Double> percent() {
        Map<String, Double> means = new LinkedHashMap<>();
        sums.forEach((group, sum) -> means.put(group, 100 * sum[0] / sum[1]));
        return means;
    }
}
