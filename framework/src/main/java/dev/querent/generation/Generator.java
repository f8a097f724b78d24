package dev.querent.generation;

import dev.querent.model.TextDecoder;
import dev.querent.text.TextTokenizer;
import java.util.List;

/** Generates texts for each row of a decoder, all rows at once. The same decoder and configuration give the same texts. */
public final class Generator {

    private final DecodingConfig config;

    public Generator(DecodingConfig config) {
        this.config = config;
    }

    /**
     * Decodes until every row has its text: draws, searches with beams or, with one beam, takes the likeliest token at every
     * step. A row's text doesn't depend on the rows beside it.
     *
     * @param decoder at its first token; left in no particular state, to be closed by the caller
     * @return the best text of each row, or its first sample
     */
    public List<GeneratedTokens> generate(TextDecoder decoder) {
        return generate(decoder, 0).stream().map(texts -> texts.get(0)).toList();
    }

    /**
     * Decodes as {@link #generate(TextDecoder)} does.
     *
     * @param firstPrompt number of the decoder's first row among all that are decoded: a sample depends on it and on the seed
     * @return for each row {@code num-return-sequences} texts, the best first where they were searched for
     */
    public List<List<GeneratedTokens>> generate(TextDecoder decoder, long firstPrompt) {
        if (decoder.rows() == 0) {
            return List.of();
        }
        if (config.numBeams() == 1) {
            return new StepwiseDecoding(config, decoder, firstPrompt).run();
        }
        return new BeamSearch(config, decoder)
                .run().stream()
                        .map(texts -> texts.subList(0, Math.min(texts.size(), config.numReturnSequences())))
                        .toList();
    }

    /** Decodes and closes the decoder; each row's best or first text, without special tokens and space around it. */
    public List<String> texts(TextDecoder decoder, TextTokenizer tokenizer, long firstPrompt) {
        return allTexts(decoder, tokenizer, firstPrompt).stream()
                .map(texts -> texts.get(0))
                .toList();
    }

    /** As {@link #texts}, with all texts of each row. */
    public List<List<String>> allTexts(TextDecoder decoder, TextTokenizer tokenizer, long firstPrompt) {
        try (decoder) {
            return generate(decoder, firstPrompt).stream()
                    .map(texts -> texts.stream()
                            .map(text -> tokenizer.decode(text.tokens()).strip())
                            .toList())
                    .toList();
        }
    }
}
