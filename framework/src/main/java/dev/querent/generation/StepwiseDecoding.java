package dev.querent.generation;

import ai.djl.ndarray.NDArray;
import dev.querent.model.TextDecoder;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** One token after the other for every text: the likeliest one, or one that is drawn. */
final class StepwiseDecoding {

    private final DecodingConfig config;
    private final TextDecoder decoder;
    private final long firstPrompt;
    private final int copies;
    private final Hypothesis[] texts;
    private final GeneratedTokens[] done;

    /**
     * @param firstPrompt number of the decoder's first row among all that are decoded: draws depend on it, and not on the batch
     */
    StepwiseDecoding(DecodingConfig config, TextDecoder decoder, long firstPrompt) {
        this.config = config;
        this.decoder = decoder;
        this.firstPrompt = firstPrompt;
        copies = config.numReturnSequences();
        texts = new Hypothesis[decoder.rows() * copies];
        done = new GeneratedTokens[texts.length];
        Arrays.fill(texts, Hypothesis.EMPTY);
    }

    /** The texts of each row. */
    List<List<GeneratedTokens>> run() {
        if (copies > 1) {
            decoder.select(
                    IntStream.range(0, texts.length).map(text -> text / copies).toArray());
        }
        int[] live = IntStream.range(0, texts.length).toArray(); // the decoder's row r is text live[r]
        for (int length = 0; live.length > 0; length++) {
            live = step(live, length);
        }
        return IntStream.range(0, done.length / copies)
                .mapToObj(row -> List.of(done).subList(row * copies, (row + 1) * copies))
                .toList();
    }

    private int[] step(int[] live, int length) {
        boolean mayEnd = length >= config.minNewTokens();
        LogProbabilities next = LogProbabilities.next(decoder, mayEnd);
        Optional<float[]> logits = config.repetitionPenalty() == 1 ? Optional.empty() : Optional.of(logits(mayEnd));
        List<Integer> staying = new ArrayList<>();
        for (int row = 0; row < live.length; row++) {
            int text = live[row];
            int from = row * next.vocabulary();
            float[] scores = Arrays.copyOfRange(logits.orElse(next.values()), from, from + next.vocabulary());
            logits.ifPresent(unused -> penalise(scores, texts[text].distinctTokens()));
            int token = choose(scores, text, length);
            texts[text] = texts[text].with(token, next.of(row, token));
            boolean ended = token == decoder.endToken();
            if (ended || texts[text].length() == config.maxNewTokens()) {
                done[text] = texts[text].finish(config, ended);
            } else {
                staying.add(row);
            }
        }
        return follow(staying, live);
    }

    private float[] logits(boolean mayEnd) {
        NDArray logits = decoder.logits(); // (R, V)
        float[] values = logits.toFloatArray();
        if (!mayEnd) {
            int vocabulary = Math.toIntExact(logits.getShape().get(1));
            for (int at = (int) decoder.endToken(); at < values.length; at += vocabulary) {
                values[at] = Float.NEGATIVE_INFINITY;
            }
        }
        return values;
    }

    /** Scores before softmax may be above 0: those are divided. */
    private void penalise(float[] scores, Set<Long> tokens) {
        for (long token : tokens) {
            float score = scores[(int) token];
            float penalty = (float) config.repetitionPenalty();
            scores[(int) token] = score < 0 ? score * penalty : score / penalty;
        }
    }

    private int choose(float[] scores, int text, int length) {
        return config.sampling()
                .map(sampling -> sampling.draw(
                        scores,
                        new RunSeed(sampling.seed())
                                .generator(Purpose.SAMPLING, firstPrompt + text / copies, text % copies, length)))
                .orElseGet(() -> likeliest(scores));
    }

    /** The lowest id of several. */
    private static int likeliest(float[] scores) {
        int best = -1;
        for (int token = 0; token < scores.length; token++) {
            if (!Float.isNaN(scores[token]) && (best < 0 || scores[token] > scores[best])) {
                best = token;
            }
        }
        if (best < 0 || scores[best] == Float.NEGATIVE_INFINITY) {
            throw LogProbabilities.noNumbers();
        }
        return best;
    }

    /** Keeps the decoder's rows that go on and feeds each its last token. */
    private int[] follow(List<Integer> staying, int[] live) {
        if (staying.isEmpty()) {
            return new int[0];
        }
        if (staying.size() < live.length) {
            decoder.select(staying.stream().mapToInt(Integer::intValue).toArray());
        }
        int[] still = staying.stream().mapToInt(row -> live[row]).toArray();
        decoder.feed(
                Arrays.stream(still).mapToLong(text -> texts[text].lastToken()).toArray());
        return still;
    }
}
