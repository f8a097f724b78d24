package dev.querent.image;

import java.util.Arrays;

/**
 * Which inputs an output of bicubic resizing is made of, along one axis, and with what weights: output i is the sum of {@code
 * counts[i]} inputs from {@code starts[i]}, times {@code weights[i * width..]}, over 2^22. With as many outputs as inputs, each
 * is itself.
 *
 * @param width places for the weights of an output
 */
record BicubicTaps(int[] starts, int[] counts, int[] weights, int width) {

    private static final double A = -0.5;
    private static final double REACH = 2;

    /** Fraction bits of a weight: an int minus 8 bits of a pixel minus 2 for sums beyond one. */
    private static final int PRECISION = 32 - 8 - 2;

    private static final int HALF = 1 << (PRECISION - 1);

    /** The taps of {@code count} outputs from {@code first}, of {@code to} in all, of {@code from} inputs. */
    static BicubicTaps of(int from, int to, int first, int count) {
        double scale = (double) from / to;
        double widening = Math.max(scale, 1);
        double reach = REACH * widening;
        int most = (int) Math.ceil(reach) * 2 + 1;
        int[] starts = new int[count];
        int[] counts = new int[count];
        int[] weights = new int[count * most];
        double[] exact = new double[most];
        for (int i = 0; i < count; i++) {
            double centre = (first + i + 0.5) * scale;
            int start = Math.max(0, (int) (centre - reach + 0.5));
            int end = Math.min(from, (int) (centre + reach + 0.5));
            double sum = 0;
            for (int k = 0; k < end - start; k++) {
                exact[k] = cubic((k + start - centre + 0.5) * (1 / widening));
                sum += exact[k];
            }
            for (int k = 0; k < end - start; k++) {
                weights[i * most + k] = fixed(sum == 0 ? exact[k] : exact[k] * (1 / sum));
            }
            starts[i] = start;
            counts[i] = end - start;
        }
        return new BicubicTaps(starts, counts, weights, most);
    }

    private static int fixed(double weight) {
        double scaled = weight * (1 << PRECISION);
        return (int) (weight < 0 ? scaled - 0.5 : scaled + 0.5);
    }

    /** Keys' cubic convolution kernel. */
    private static double cubic(double at) {
        double x = Math.abs(at);
        if (x < 1) {
            return ((A + 2) * x - (A + 3)) * x * x + 1;
        }
        if (x < 2) {
            return (((x - 5) * x + 8) * x - 4) * A;
        }
        return 0;
    }

    int outputs() {
        return starts.length;
    }

    /** Behind the last input of an output. */
    int end(int output) {
        return starts[output] + counts[output];
    }

    /**
     * Many outputs of one position at once.
     *
     * @param inputs input i, values 0 to 255, is {@code inputs[i % inputs.length]}
     * @param to receives values 0 to 255
     */
    void weigh(int[][] inputs, int output, int[] to) {
        Arrays.fill(to, HALF);
        int at = output * width;
        int k = 0;
        for (; k + 4 <= counts[output]; k += 4) {
            addFour(inputs, starts[output] + k, at + k, to);
        }
        for (; k < counts[output]; k++) {
            addOne(inputs[(starts[output] + k) % inputs.length], weights[at + k], to);
        }
        for (int i = 0; i < to.length; i++) {
            to[i] = Math.max(0, Math.min(255, to[i] >> PRECISION));
        }
    }

    /**
     * Adds four weighted inputs. The JVM turns the loop into vector instructions, for it sees ints of separate arrays and nothing
     * else.
     *
     * @param input the first
     * @param at where its weight stands
     */
    private void addFour(int[][] inputs, int input, int at, int[] to) {
        int[] a = inputs[input % inputs.length];
        int[] b = inputs[(input + 1) % inputs.length];
        int[] c = inputs[(input + 2) % inputs.length];
        int[] d = inputs[(input + 3) % inputs.length];
        int ofA = weights[at];
        int ofB = weights[at + 1];
        int ofC = weights[at + 2];
        int ofD = weights[at + 3];
        for (int i = 0; i < to.length; i++) {
            to[i] += a[i] * ofA + b[i] * ofB + c[i] * ofC + d[i] * ofD;
        }
    }

    private static void addOne(int[] input, int weight, int[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] += input[i] * weight;
        }
    }
}
