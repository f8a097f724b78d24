package dev.querent.task.metric;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The level of someone who never looks: one and the same text said of every image, the best for each measure by itself.
 * It is chosen on the very references it is scored by, which makes it a strict baseline.
 */
public final class ConstantText {

    /** Only the most frequent texts are tried. */
    private static final int CANDIDATES = 500;

    private ConstantText() {}

    /**
     * @param references for each image, its references
     */
    public static TextAgreement level(List<List<String>> references) {
        Samples.some(references.size(), "texts");
        List<TextAgreement> levels = frequent(references).stream()
                .map(text -> TextAgreement.mean(references.stream()
                        .map(own -> TextAgreement.best(text, own))
                        .toList()))
                .toList();
        return new TextAgreement(
                best(levels, TextAgreement::exact),
                best(levels, TextAgreement::f1),
                best(levels, TextAgreement::overlap));
    }

    /** Share of the most frequent of several answers. */
    public static double majority(List<String> answers) {
        Samples.some(answers.size(), "answers");
        long most = counts(answers).values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        return most / (double) answers.size();
    }

    private static List<String> frequent(List<List<String>> references) {
        return counts(references.stream().flatMap(List::stream).toList()).entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed()) // stable
                .limit(CANDIDATES)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static Map<String, Long> counts(List<String> texts) {
        Map<String, Long> counts = new LinkedHashMap<>();
        texts.forEach(text -> counts.merge(TextAgreement.normalize(text), 1L, Long::sum));
        return counts;
    }

    private static double best(List<TextAgreement> levels, ToDoubleFunction<TextAgreement> measure) {
        return levels.stream().mapToDouble(measure).max().orElse(0);
    }
}
