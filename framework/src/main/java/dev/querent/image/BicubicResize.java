package dev.querent.image;

import java.util.Arrays;

/**
 * Bicubic resizing with antialiasing, to the byte as Pillow does it: the kernel (a = -0.5) is widened by the factor of
 * shrinking, weights are fixed-point numbers, and the values between the two passes are rounded to bytes; which pass is
 * first depends on the sizes.
 */
public final class BicubicResize {

    private static final double A = -0.5;
    private static final double REACH = 2;
    /** Fraction bits of a weight: an int minus 8 bits of a pixel minus 2 for sums beyond one. */
    private static final int PRECISION = 32 - 8 - 2;

    private static final int HALF = 1 << (PRECISION - 1);

    private BicubicResize() {}

    /** Which inputs an output pixel is made of: {@code weights[first..]} of output i belong to inputs from {@code starts[i]}. */
    private record Taps(int[] starts, int[] counts, int[] weights, int width) {}

    /**
     * Resizes a part of an image; nothing outside the part is looked at.
     *
     * @param width of the result in pixels
     * @param height of the result in pixels
     */
    public static RgbImage resize(RgbImage image, CropBox box, int width, int height) {
        return resize(image, box, width, height, new CropBox(0, 0, width, height));
    }

    /** Resizes a whole image. */
    public static RgbImage resize(RgbImage image, int width, int height) {
        return resize(image, CropBox.whole(image), width, height);
    }

    /**
     * Resizes a whole image and cuts a part out of the result; only the part is computed, however long the rest.
     *
     * @param width of the whole result in pixels
     * @param height of the whole result in pixels
     * @param part of the result
     */
    public static RgbImage resize(RgbImage image, int width, int height, CropBox part) {
        return resize(image, CropBox.whole(image), width, height, part);
    }

    private static RgbImage resize(RgbImage image, CropBox box, int width, int height, CropBox part) {
        if (rowsShrinkMore(box, width, height)) {
            RgbImage rows = vertical(image, box, height, part);
            return horizontal(rows, CropBox.whole(rows), width, part);
        }
        RgbImage columns = horizontal(image, box, width, part);
        return vertical(columns, CropBox.whole(columns), height, part);
    }

    /** When Pillow 13 begins with the vertical pass; found by comparing its results, for it is documented nowhere. */
    private static boolean rowsShrinkMore(CropBox box, int width, int height) {
        int rows = box.height() - height;
        return rows > 0 && rows > 2 * (box.width() - width);
    }

    /** @return part.width columns of box.height pixels */
    private static RgbImage horizontal(RgbImage image, CropBox box, int width, CropBox part) {
        byte[] from = image.rgb();
        int stride = part.width() * 3;
        byte[] to = new byte[box.height() * stride];
        Taps taps = box.width() == width ? null : taps(box.width(), width, part.left(), part.width());
        for (int y = 0; y < box.height(); y++) {
            int row = ((box.top() + y) * image.width() + box.left()) * 3;
            if (taps == null) {
                System.arraycopy(from, row + part.left() * 3, to, y * stride, stride);
            } else {
                horizontalRow(from, row, to, y * stride, taps);
            }
        }
        return new RgbImage(part.width(), box.height(), to);
    }

    private static void horizontalRow(byte[] from, int row, byte[] to, int out, Taps taps) {
        for (int x = 0; x < taps.starts.length; x++) {
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            int at = row + taps.starts[x] * 3;
            int first = x * taps.width;
            for (int k = 0; k < taps.counts[x]; k++, at += 3) {
                int weight = taps.weights[first + k];
                red += (from[at] & 0xFF) * weight;
                green += (from[at + 1] & 0xFF) * weight;
                blue += (from[at + 2] & 0xFF) * weight;
            }
            to[out + x * 3] = clip(red);
            to[out + x * 3 + 1] = clip(green);
            to[out + x * 3 + 2] = clip(blue);
        }
    }

    /** @return part.height rows of box.width pixels */
    private static RgbImage vertical(RgbImage image, CropBox box, int height, CropBox part) {
        byte[] from = image.rgb();
        int stride = box.width() * 3;
        byte[] to = new byte[part.height() * stride];
        Taps taps = box.height() == height ? null : taps(box.height(), height, part.top(), part.height());
        int[] sums = new int[stride];
        for (int y = 0; y < part.height(); y++) {
            if (taps == null) {
                int row = ((box.top() + part.top() + y) * image.width() + box.left()) * 3;
                System.arraycopy(from, row, to, y * stride, stride);
            } else {
                addRows(image, box, taps, y, sums);
                for (int i = 0; i < stride; i++) {
                    to[y * stride + i] = clip(sums[i]);
                }
            }
        }
        return new RgbImage(box.width(), part.height(), to);
    }

    /** Overwrites {@code sums} with the weighted rows of output {@code y}. */
    private static void addRows(RgbImage image, CropBox box, Taps taps, int y, int[] sums) {
        byte[] from = image.rgb();
        Arrays.fill(sums, HALF);
        for (int k = 0; k < taps.counts[y]; k++) {
            int weight = taps.weights[y * taps.width + k];
            int row = ((box.top() + taps.starts[y] + k) * image.width() + box.left()) * 3;
            for (int i = 0; i < sums.length; i++) {
                sums[i] += (from[row + i] & 0xFF) * weight;
            }
        }
    }

    private static byte clip(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
    }

    /** The taps of {@code count} outputs from {@code first}, of {@code to} in all. */
    private static Taps taps(int from, int to, int first, int count) {
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
        return new Taps(starts, counts, weights, most);
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
}
