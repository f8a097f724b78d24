package dev.querent.generation;

import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Drawing the next token by its probability, after the least likely ones are taken away: first by number, then by share. */
public record Sampling(
        @Doc("scores are divided by this: below 1 favours likely tokens")
        double temperature,

        @Doc("only the likeliest so many tokens are drawn from; 0 for all")
        int topK,

        @Doc("only the likeliest tokens are drawn from whose probabilities together reach this (nucleus sampling)")
        double topP,

        @Doc("decides every draw") long seed) {

    /** The nucleus of CapFilt's captions (BLIP, arXiv 2201.12086). */
    public static final Sampling DEFAULTS = new Sampling(1, 0, 0.9, 1);

    public Sampling {
        Check.range("temperature", temperature, 1e-3, 1e3);
        Check.range("top-k", topK, 0, Integer.MAX_VALUE);
        Check.range("top-p", topP, 0, 1);
    }

    /** Draws a token by its score. */
    int draw(float[] scores, SplittableRandom random) {
        double[] probabilities = probabilities(scores);
        double left = random.nextDouble();
        int last = -1;
        for (int token = 0; token < probabilities.length; token++) {
            if (probabilities[token] > 0) {
                last = token;
                left -= probabilities[token];
                if (left < 0) {
                    return token;
                }
            }
        }
        return last; // the probabilities sum up to a little less than 1
    }

    /**
     * What is drawn from: 0 for what is taken away. Of tokens as likely as the last of the {@code top-k} all stay; of those at the
     * border of the nucleus the higher ids do. Both as in transformers' warpers, the likeliest token always among them.
     *
     * @throws IllegalStateException where no score is a number
     */
    double[] probabilities(float[] scores) {
        Integer[] order = IntStream.range(0, scores.length)
                .boxed()
                .filter(token -> scores[token] > Float.NEGATIVE_INFINITY)
                .sorted(Comparator.comparingDouble((Integer token) -> scores[token]))
                .toArray(Integer[]::new); // stable: ascending, ties by id
        if (order.length == 0) {
            throw LogProbabilities.noNumbers();
        }
        if (topK > 0 && topK < order.length) {
            float least = scores[order[order.length - topK]];
            order = Arrays.stream(order).filter(token -> scores[token] >= least).toArray(Integer[]::new);
        }
        double[] weights = weights(scores, order);
        double below = 0;
        double kept = 0;
        double[] probabilities = new double[scores.length];
        for (int rank = 0; rank < order.length; rank++) {
            below += weights[rank];
            if (topP == 1 || below > 1 - topP || rank == order.length - 1) {
                probabilities[order[rank]] = weights[rank];
                kept += weights[rank];
            }
        }
        for (int token = 0; token < probabilities.length; token++) {
            probabilities[token] /= kept;
        }
        return probabilities;
    }

    /** The softmax of the scores at some places. */
    private double[] weights(float[] scores, Integer[] order) {
        double largest = scores[order[order.length - 1]];
        double[] weights = Arrays.stream(order)
                .mapToDouble(token -> Math.exp((scores[token] - largest) / temperature))
                .toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }
}
