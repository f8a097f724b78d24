package dev.querent.model;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.Optional;

/**
 * A part of a model in Hugging Face's BLIP-2 layout.
 *
 * @param config what {@code config.json} says of it, by key; a dot leads into a nested object
 * @param tensors by their public names; they stay the model's
 * @param tokenizer where it is the part that reads text
 */
public record PublishedPart(Map<String, Object> config, Map<String, NDArray> tensors, Optional<Tokenizer> tokenizer) {

    /**
     * A tokenizer as {@code transformers} loads it.
     *
     * @param json the {@code tokenizer.json}
     * @param tidies its {@code clean_up_tokenization_spaces}
     * @param settings of {@code tokenizer_config.json}: special tokens by their roles, e.g. {@code pad_token}
     */
    public record Tokenizer(String json, boolean tidies, Map<String, String> settings) {}
}
