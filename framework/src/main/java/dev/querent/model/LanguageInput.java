package dev.querent.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;

/**
 * What a language model reads.
 *
 * @param manager owns everything that is computed from this input
 * @param softPrompt (B, Q, Dl), or empty for text alone
 * @param prefixes B texts behind the soft prompt, without special tokens; each may be empty
 * @param targets B texts to be predicted; empty strings while decoding
 */
public record LanguageInput(
        NDManager manager, Optional<NDArray> softPrompt, List<String> prefixes, List<String> targets) {
    public LanguageInput {
        prefixes = List.copyOf(prefixes);
        targets = List.copyOf(targets);
        if (prefixes.size() != targets.size()) {
            throw new IllegalArgumentException(prefixes.size() + " prefixes but " + targets.size() + " targets");
        }
    }

    /** Input for training behind a soft prompt. */
    public static LanguageInput training(NDArray softPrompt, List<String> prefixes, List<String> targets) {
        return new LanguageInput(softPrompt.getManager(), Optional.of(softPrompt), prefixes, targets);
    }

    /** Input for training on text alone. */
    public static LanguageInput textOnly(NDManager manager, List<String> prefixes, List<String> targets) {
        return new LanguageInput(manager, Optional.empty(), prefixes, targets);
    }

    /** Input for decoding behind a soft prompt. */
    public static LanguageInput decoding(NDArray softPrompt, List<String> prefixes) {
        return new LanguageInput(
                softPrompt.getManager(),
                Optional.of(softPrompt),
                prefixes,
                prefixes.stream().map(p -> "").toList());
    }

    /** Number of texts B. */
    public int rows() {
        return prefixes.size();
    }
}
