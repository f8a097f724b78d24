package dev.querent.model;

import dev.querent.image.Preprocessing;
import dev.querent.text.TextTokenizer;
import dev.querent.text.TokenizerLayout;
import dev.querent.weights.ParameterScope;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a model component is built from besides its own configuration.
 *
 * @param weights where parameters are read or initialised
 * @param tokenizers gives the published tokenizer of the component, or a word tokenizer of the run's vocabulary
 * @param preprocessing gives what the component's checkpoint says of images; empty where it says nothing
 */
public record ComponentContext(
        ParameterScope weights, Tokenizers tokenizers, Supplier<Optional<Preprocessing>> preprocessing) {

    /** For a component without a checkpoint. */
    public ComponentContext(ParameterScope weights, Tokenizers tokenizers) {
        this(weights, tokenizers, Optional::empty);
    }

    /** Finds or builds a tokenizer. */
    @FunctionalInterface
    public interface Tokenizers {
        /**
         * The component's tokenizer.
         *
         * @param layout the family's special tokens, and how it publishes its tokenizer
         * @throws IllegalArgumentException where a published tokenizer is missing or damaged
         */
        TextTokenizer tokenizer(TokenizerLayout layout);
    }
}
