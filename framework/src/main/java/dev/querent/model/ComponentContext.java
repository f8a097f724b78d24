package dev.querent.model;

import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenizerLayout;
import dev.querent.weights.ParameterScope;

/**
 * What a model component is built from besides its own configuration.
 *
 * @param weights where parameters are read or initialised
 * @param tokenizers gives the tokenizer of the component's checkpoint, or a word tokenizer of the run's vocabulary
 */
public record ComponentContext(ParameterScope weights, Tokenizers tokenizers) {

    /** Finds or builds a tokenizer. */
    @FunctionalInterface
    public interface Tokenizers {
        /**
         * @param layout the family's special tokens, used where no published tokenizer is at hand
         */
        TextTokenizer tokenizer(TokenizerLayout layout);
    }
}
