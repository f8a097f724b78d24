package dev.querent.task.evaluation;

import dev.querent.report.ResultTable;
import dev.querent.report.StepResults;
import dev.querent.task.metric.BalancedAccuracy;
import dev.querent.task.metric.ConstantText;
import dev.querent.task.metric.TextAgreement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Right and wrong answers by type of question. */
final class AnswerCounts {

    private static final Set<String> YES_NO = Set.of("yes", "no");

    private final Map<String, Type> types = new TreeMap<>();

    private static final class Type {
        private final List<String> expected = new ArrayList<>();
        private int right;
        private BalancedAccuracy yesNo = BalancedAccuracy.NONE;
    }

    /**
     * Counts an answer.
     *
     * @return whether it is right: equal after normalisation
     */
    boolean add(String type, String answer, String expected) {
        Type counted = types.computeIfAbsent(type, name -> new Type());
        String normalized = TextAgreement.normalize(expected);
        boolean right = TextAgreement.normalize(answer).equals(normalized);
        counted.expected.add(normalized);
        counted.right += right ? 1 : 0;
        if (YES_NO.contains(normalized)) {
            counted.yesNo = counted.yesNo.with(normalized.equals("yes"), right);
        }
        return right;
    }

    /** Numbers, a table and notes; at least one answer was counted. */
    StepResults results(int images) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        List<List<String>> rows = new ArrayList<>();
        int questions = 0;
        int right = 0;
        double majority = 0;
        for (Map.Entry<String, Type> entry : types.entrySet()) {
            Type type = entry.getValue();
            int count = type.expected.size();
            double level = ConstantText.majority(type.expected);
            boolean yesNo = YES_NO.containsAll(type.expected) && type.yesNo.hasBothSides();
            String name = entry.getKey().replace(' ', '-');
            numbers.put("accuracy-" + name, type.right / (double) count);
            numbers.put("majority-" + name, level);
            if (yesNo) {
                numbers.put("balanced-accuracy-" + name, type.yesNo.value());
            }
            rows.add(row(
                    entry.getKey(), count, type.right, level, yesNo ? ResultTable.percent(type.yesNo.value()) : "-"));
            questions += count;
            right += type.right;
            majority += level * count;
        }
        rows.add(row("all", questions, right, majority / questions, "-"));
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("accuracy", right / (double) questions);
        all.put("majority", majority / questions);
        all.putAll(numbers);
        ResultTable table = new ResultTable(
                questions + " questions about " + images + " images",
                List.of("type", "questions", "accuracy", "majority answer", "balanced accuracy"),
                rows);
        List<String> notes = List.of(
                "The majority answer is the most frequent right answer of each type, for those who don't look.",
                "Balanced accuracy (chance 50 %) counts yes and no half each; an answer that is neither is wrong.");
        return new StepResults("Questions", all, List.of(table), notes);
    }

    private static List<String> row(String name, int count, int right, double majority, String balanced) {
        return List.of(
                name,
                Integer.toString(count),
                ResultTable.percent(right / (double) count),
                ResultTable.percent(majority),
                balanced);
    }
}
