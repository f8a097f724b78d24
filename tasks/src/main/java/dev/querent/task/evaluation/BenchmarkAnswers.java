package dev.querent.task.evaluation;

import dev.querent.report.ResultTable;
import dev.querent.task.metric.AnswerVariant;
import dev.querent.task.scoring.ScoredBenchmark;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Answers to a benchmark's questions by type of question, scored as each of the programs does. */
final class BenchmarkAnswers {

    private static final String ALL = "all";

    private final ScoredBenchmark benchmark;
    private final Map<String, Type> types = new TreeMap<>();
    private final Type all = new Type();

    private static final class Type {
        private final Map<AnswerVariant, Double> sums = new EnumMap<>(AnswerVariant.class);
        private int count;

        void add(Map<AnswerVariant, Double> accuracies) {
            accuracies.forEach((variant, accuracy) -> sums.merge(variant, accuracy, Double::sum));
            count++;
        }

        double mean(AnswerVariant variant) {
            return sums.getOrDefault(variant, 0.0) / count;
        }
    }

    BenchmarkAnswers(ScoredBenchmark benchmark) {
        this.benchmark = benchmark;
    }

    /**
     * Counts an answer.
     *
     * @param answers people's, at least one
     * @return the official accuracy, 0 to 1
     */
    double add(String type, String answer, List<String> answers) {
        Map<AnswerVariant, Double> accuracies = new EnumMap<>(AnswerVariant.class);
        for (AnswerVariant variant : AnswerVariant.values()) {
            accuracies.put(variant, benchmark.accuracy(answer, answers, variant));
        }
        types.computeIfAbsent(type, name -> new Type()).add(accuracies);
        all.add(accuracies);
        return accuracies.getOrDefault(AnswerVariant.OFFICIAL, 0.0);
    }

    /** {@code accuracy} is the official one, {@code accuracy-lavis} and so on the others', {@code accuracy-number} that of a type. */
    Map<String, Double> numbers() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers(numbers, "accuracy", all);
        types.forEach((name, type) ->
                numbers(numbers, "accuracy-" + name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"), type));
        return numbers;
    }

    private static void numbers(Map<String, Double> numbers, String name, Type type) {
        for (AnswerVariant variant : AnswerVariant.values()) {
            numbers.put(variant == AnswerVariant.OFFICIAL ? name : name + "-" + label(variant), type.mean(variant));
        }
    }

    private static String label(AnswerVariant variant) {
        return variant.name().toLowerCase(Locale.ROOT);
    }

    ResultTable table(int images) {
        List<String> columns = new ArrayList<>(List.of("type", "questions"));
        for (AnswerVariant variant : AnswerVariant.values()) {
            columns.add(label(variant));
        }
        List<List<String>> rows = new ArrayList<>();
        types.forEach((name, type) -> rows.add(row(name, type)));
        rows.add(row(ALL, all));
        return new ResultTable(
                benchmark.label() + ": accuracy of " + all.count + " answers about " + images + " images",
                columns,
                rows);
    }

    private static List<String> row(String name, Type type) {
        List<String> row = new ArrayList<>(List.of(name, Integer.toString(type.count)));
        for (AnswerVariant variant : AnswerVariant.values()) {
            row.add(ResultTable.percent(type.mean(variant)));
        }
        return row;
    }
}
