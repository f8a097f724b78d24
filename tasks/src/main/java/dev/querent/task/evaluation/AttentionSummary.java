package dev.querent.task.evaluation;

import dev.querent.report.ResultTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where query tokens look, over images. */
final class AttentionSummary {

    private final List<double[]> sums = new ArrayList<>(); // of each query token: patches read, share elsewhere
    private final QuerySpread spread = new QuerySpread();
    private int images;
    private int patches;

    void add(QueryMaps maps) {
        int queries = maps.ofQueries().size();
        while (sums.size() < queries) {
            sums.add(new double[2]);
        }
        for (int query = 0; query < queries; query++) {
            sums.get(query)[0] += maps.patchesRead(query);
            sums.get(query)[1] += maps.elsewhere().get(query);
        }
        spread.add(maps.flat(), queries);
        patches = maps.mean().length;
        images++;
    }

    int queries() {
        return sums.size();
    }

    int patches() {
        return patches;
    }

    /** Means over query tokens and images, and how alike the maps are. */
    Map<String, Double> numbers() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("patches-read", mean(0));
        numbers.put("patches", (double) patches);
        numbers.put("not-on-patches", mean(1));
        numbers.put("map-cosine", spread.betweenQueries());
        numbers.put("map-cosine-between-images", spread.betweenImages());
        return numbers;
    }

    private double mean(int column) {
        return sums.stream().mapToDouble(sum -> sum[column] / images).average().orElse(Double.NaN);
    }

    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (int query = 0; query < sums.size(); query++) {
            double[] sum = sums.get(query);
            rows.add(row(Integer.toString(query + 1), sum[0] / images, sum[1] / images));
        }
        rows.add(row("mean", mean(0), mean(1)));
        return rows;
    }

    private static List<String> row(String name, double read, double elsewhere) {
        return List.of(name, String.format(Locale.ROOT, "%.1f", read), ResultTable.percent(elsewhere));
    }
}
