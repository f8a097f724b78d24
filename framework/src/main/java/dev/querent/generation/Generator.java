package dev.querent.generation;

import dev.querent.model.TextDecoder;
import dev.querent.text.TextTokenizer;
import java.util.ArrayList;
import java.util.List;

/** Generates one text a row of a decoder, all rows at once. The same decoder gives the same texts. */
public final class Generator {

    private final DecodingConfig config;

    public Generator(DecodingConfig config) {
        this.config = config;
    }

    /**
     * Decodes until every row has its text, by beam search or, with one beam, greedily. A row's text doesn't depend on the
     * rows beside it.
     *
     * @param decoder at its first token; left in no particular state, to be closed by the caller
     * @return one text a row
     */
    public List<GeneratedTokens> generate(TextDecoder decoder) {
        if (decoder.rows() == 0) {
            return List.of();
        }
        return config.numBeams() == 1 ? greedy(decoder) : new BeamSearch(config, decoder).run();
    }

    /** Decodes and closes the decoder; texts without special tokens and without space around them. */
    public List<String> texts(TextDecoder decoder, TextTokenizer tokenizer) {
        try (decoder) {
            return generate(decoder).stream()
                    .map(generated -> tokenizer.decode(generated.tokens()).strip())
                    .toList();
        }
    }

    private List<GeneratedTokens> greedy(TextDecoder decoder) {
        int rows = decoder.rows();
        GeneratedTokens[] done = new GeneratedTokens[rows];
        Hypothesis[] texts = new Hypothesis[rows];
        java.util.Arrays.fill(texts, Hypothesis.EMPTY);
        int[] live = java.util.stream.IntStream.range(0, rows).toArray(); // the decoder's row r is text live[r]
        for (int length = 0; live.length > 0; length++) {
            LogProbabilities next = LogProbabilities.next(decoder, length >= config.minNewTokens());
            List<Integer> staying = new ArrayList<>();
            for (int row = 0; row < live.length; row++) {
                int token = next.likeliest(row);
                Hypothesis text = texts[live[row]].with(token, next.of(row, token));
                texts[live[row]] = text;
                boolean ended = token == decoder.endToken();
                if (ended || text.length() == config.maxNewTokens()) {
                    done[live[row]] = text.finish(config, ended);
                } else {
                    staying.add(row);
                }
            }
            live = follow(decoder, staying, live, texts);
        }
        return List.of(done);
    }

    /** Keeps the decoder's rows that go on and feeds each its last token. */
    private static int[] follow(TextDecoder decoder, List<Integer> staying, int[] live, Hypothesis[] texts) {
        if (staying.isEmpty()) {
            return new int[0];
        }
        if (staying.size() < live.length) {
            decoder.select(staying.stream().mapToInt(Integer::intValue).toArray());
        }
        int[] still = staying.stream().mapToInt(row -> live[row]).toArray();
        decoder.feed(java.util.Arrays.stream(still)
                .mapToLong(text -> texts[text].lastToken())
                .toArray());
        return still;
    }
}
