package dev.querent.generation;

import ai.djl.ndarray.NDArray;
import dev.querent.model.TextDecoder;
import java.util.Set;

/**
 * Log probabilities of each row's next token, in fp32 on the Java side.
 *
 * @param values (R * V), row by row
 * @param vocabulary V
 */
record LogProbabilities(float[] values, int vocabulary) {

    /** Asks a decoder; the end token is excluded where a text may not end yet. */
    static LogProbabilities next(TextDecoder decoder, boolean mayEnd) {
        NDArray logits = decoder.logits(); // (R, V)
        int vocabulary = Math.toIntExact(logits.getShape().get(1));
        float[] values;
        try (NDArray logProbabilities = logits.logSoftmax(1)) {
            values = logProbabilities.toFloatArray();
        }
        if (!mayEnd) {
            for (int at = (int) decoder.endToken(); at < values.length; at += vocabulary) {
                values[at] = Float.NEGATIVE_INFINITY;
            }
        }
        return new LogProbabilities(values, vocabulary);
    }

    /**
     * Makes tokens of a row less likely, as transformers does before beams are compared.
     *
     * @param penalty what log probabilities, none above 0, are multiplied by
     */
    void penalise(int row, Set<Long> tokens, double penalty) {
        for (long token : tokens) {
            values[row * vocabulary + (int) token] *= (float) penalty;
        }
    }

    float of(int row, int token) {
        return values[row * vocabulary + token];
    }

    static IllegalStateException noNumbers() {
        return new IllegalStateException(
                "the language model's scores for the next token are not numbers: its weights, or"
                        + " those of the bridge in front of it, hold NaN or infinite values");
    }
}
