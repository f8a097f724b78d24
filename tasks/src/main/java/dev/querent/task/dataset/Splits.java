package dev.querent.task.dataset;

import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.text.QuestionPrompt;
import dev.querent.text.WordLevelTokenizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What data sets of files have in common. */
final class Splits {

    private Splits() {}

    /**
     * A split by name.
     *
     * @throws IllegalArgumentException naming the known ones where there is none of that name
     */
    static <T> T of(String plugin, Map<String, T> splits, String name) {
        return Optional.ofNullable(splits.get(name))
                .orElseThrow(() -> new IllegalArgumentException(plugin + " has no split \"" + name + "\". Known: "
                        + String.join(", ", splits.keySet()) + ". Name its file in the experiment"));
    }

    /** Every word that the first {@code most} samples use. */
    static List<String> words(SampleList samples, int most) {
        Set<String> words = new LinkedHashSet<>(QuestionPrompt.WORDS);
        for (int index = 0; index < Math.min(most, samples.size()); index++) {
            Sample sample = samples.get(index);
            sample.captions().forEach(caption -> words.addAll(WordLevelTokenizer.words(caption)));
            sample.questions().forEach(question -> {
                words.addAll(WordLevelTokenizer.words(question.text()));
                words.addAll(WordLevelTokenizer.words(question.answer()));
            });
        }
        return List.copyOf(words);
    }
}
