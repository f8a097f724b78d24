package dev.querent.task.metric;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * How far a text agrees with a reference, both normalised by {@link #normalize}.
 *
 * @param exact 1 where both are equal, else 0
 * @param f1 harmonic mean of the shares of words, counted with repetition, that either has in common with the other
 * @param overlap number of different words in both, divided by that in either (Jaccard)
 */
public record TextAgreement(double exact, double f1, double overlap) {

    private static final TextAgreement NONE = new TextAgreement(0, 0, 0);

    /** Compares with one reference. Two empty texts agree. */
    public static TextAgreement of(String prediction, String reference) {
        List<String> predicted = words(prediction);
        List<String> expected = words(reference);
        if (predicted.equals(expected)) {
            return new TextAgreement(1, 1, 1);
        }
        Map<String, Integer> rest = new HashMap<>();
        expected.forEach(word -> rest.merge(word, 1, Integer::sum));
        int common = 0;
        for (String word : predicted) {
            if (rest.merge(word, -1, Integer::sum) >= 0) {
                common++;
            }
        }
        Set<String> either = new HashSet<>(predicted);
        either.addAll(expected);
        Set<String> both = new HashSet<>(predicted);
        both.retainAll(new HashSet<>(expected));
        return new TextAgreement(
                0, 2.0 * common / (predicted.size() + expected.size()), both.size() / (double) either.size());
    }

    /** The best agreement with any of several references, each measure by itself; none where there are no references. */
    public static TextAgreement best(String prediction, List<String> references) {
        TextAgreement best = NONE;
        for (String reference : references) {
            TextAgreement one = of(prediction, reference);
            best = new TextAgreement(
                    Math.max(best.exact, one.exact), Math.max(best.f1, one.f1), Math.max(best.overlap, one.overlap));
        }
        return best;
    }

    /** The mean of several. */
    public static TextAgreement mean(List<TextAgreement> all) {
        Samples.some(all.size(), "texts");
        return new TextAgreement(
                mean(all, TextAgreement::exact), mean(all, TextAgreement::f1), mean(all, TextAgreement::overlap));
    }

    private static double mean(List<TextAgreement> all, ToDoubleFunction<TextAgreement> measure) {
        return all.stream().mapToDouble(measure).sum() / all.size();
    }

    /** Lower case, everything but letters, digits and apostrophes replaced by single spaces. */
    public static String normalize(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}']+", " ")
                .strip();
    }

    private static List<String> words(String text) {
        String normalized = normalize(text);
        return normalized.isEmpty() ? List.of() : Arrays.asList(normalized.split(" "));
    }
}
