package dev.querent.generation;

import ai.djl.ndarray.NDArray;
import dev.querent.model.TextDecoder;

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

    float of(int row, int token) {
        return values[row * vocabulary + token];
    }

    /**
     * The likeliest token of a row; the lowest id of several.
     *
     * @throws IllegalStateException where the row holds no number
     */
    int likeliest(int row) {
        int best = -1;
        for (int token = 0; token < vocabulary; token++) {
            float value = of(row, token);
            if (!Float.isNaN(value) && (best < 0 || value > of(row, best))) {
                best = token;
            }
        }
        if (best < 0 || of(row, best) == Float.NEGATIVE_INFINITY) {
            throw noNumbers();
        }
        return best;
    }

    static IllegalStateException noNumbers() {
        return new IllegalStateException(
                "the language model's scores for the next token are not numbers: its weights, or"
                        + " those of the bridge in front of it, hold NaN or infinite values");
    }
}
