package dev.querent.image;

/**
 * Bicubic resizing with antialiasing, to the byte as Pillow does it: the kernel (a = -0.5) is widened by the factor of
 * shrinking, weights are fixed-point numbers, and the values between the two passes are rounded to bytes; which pass is
 * first depends on the sizes. Of what lies between the passes, only the rows of one output row are kept.
 */
public final class BicubicResize {

    /** Rows that are resized horizontally at once: enough for vector instructions, and few enough for a processor's cache. */
    private static final int BLOCK = 32;

    private BicubicResize() {}

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
        BicubicTaps columns = BicubicTaps.of(box.width(), width, part.left(), part.width());
        BicubicTaps rows = BicubicTaps.of(box.height(), height, part.top(), part.height());
        byte[] rgb = rowsShrinkMore(box, width, height)
                ? rowsFirst(image, box, columns, rows)
                : columnsFirst(image, box, columns, rows);
        return new RgbImage(part.width(), part.height(), rgb);
    }

    /** When Pillow 13 begins with the vertical pass; found by comparing its results, for it is documented nowhere. */
    private static boolean rowsShrinkMore(CropBox box, int width, int height) {
        int rows = box.height() - height;
        return rows > 0 && rows > 2 * (box.width() - width);
    }

    private static byte[] columnsFirst(RgbImage image, CropBox box, BicubicTaps columns, BicubicTaps rows) {
        int stride = columns.outputs() * 3;
        byte[] to = new byte[rows.outputs() * stride];
        int[][] window = new int[rows.width() + BLOCK][stride];
        int[][] block = new int[box.width()][BLOCK * 3];
        int[] sums = new int[BLOCK * 3];
        int[] result = new int[stride];
        int next = 0;
        for (int y = 0; y < rows.outputs(); y++) {
            for (next = Math.max(next, rows.starts()[y]); next < rows.end(y); next += BLOCK) {
                int count = Math.min(BLOCK, box.height() - next);
                columnsOf(image, box, next, count, block);
                for (int x = 0; x < columns.outputs(); x++) {
                    columns.weigh(block, x, sums);
                    scatter(sums, next, count, window, x * 3);
                }
            }
            rows.weigh(window, y, result);
            store(result, to, y * stride);
        }
        return to;
    }

    private static void scatter(int[] sums, int first, int count, int[][] window, int at) {
        int place = first % window.length;
        for (int i = 0; i < count * 3; i += 3) {
            int[] row = window[place];
            row[at] = sums[i];
            row[at + 1] = sums[i + 1];
            row[at + 2] = sums[i + 2];
            place = place + 1 == window.length ? 0 : place + 1;
        }
    }

    /** @param to receives red, green, blue of each row, for each column */
    private static void columnsOf(RgbImage image, CropBox box, int first, int count, int[][] to) {
        byte[] from = image.rgb();
        int stride = image.width() * 3;
        for (int x = 0; x < to.length; x++) {
            int[] column = to[x];
            int at = (box.top() + first) * stride + (box.left() + x) * 3;
            for (int i = 0; i < count * 3; i += 3, at += stride) {
                column[i] = from[at] & 0xFF;
                column[i + 1] = from[at + 1] & 0xFF;
                column[i + 2] = from[at + 2] & 0xFF;
            }
        }
    }

    private static byte[] rowsFirst(RgbImage image, CropBox box, BicubicTaps columns, BicubicTaps rows) {
        int stride = columns.outputs() * 3;
        byte[] to = new byte[rows.outputs() * stride];
        int[][] window = new int[rows.width()][box.width() * 3];
        int[][] results = new int[BLOCK][box.width() * 3];
        int next = 0;
        for (int y = 0; y < rows.outputs(); y++) {
            for (next = Math.max(next, rows.starts()[y]); next < rows.end(y); next++) {
                rowOf(image, box, next, window[next % window.length]);
            }
            rows.weigh(window, y, results[y % BLOCK]);
            if (y % BLOCK == BLOCK - 1 || y == rows.outputs() - 1) {
                storeResized(results, y % BLOCK + 1, columns, to, (y - y % BLOCK) * stride);
            }
        }
        return to;
    }

    private static void rowOf(RgbImage image, CropBox box, int row, int[] to) {
        byte[] from = image.rgb();
        int first = ((box.top() + row) * image.width() + box.left()) * 3;
        for (int i = 0; i < to.length; i++) {
            to[i] = from[first + i] & 0xFF;
        }
    }

    /** Resizes {@code count} rows horizontally. */
    private static void storeResized(int[][] rows, int count, BicubicTaps columns, byte[] to, int at) {
        int[][] block = new int[rows[0].length / 3][BLOCK * 3];
        for (int row = 0; row < count; row++) {
            for (int x = 0; x < block.length; x++) {
                block[x][row * 3] = rows[row][x * 3];
                block[x][row * 3 + 1] = rows[row][x * 3 + 1];
                block[x][row * 3 + 2] = rows[row][x * 3 + 2];
            }
        }
        int stride = columns.outputs() * 3;
        int[] sums = new int[BLOCK * 3];
        for (int x = 0; x < columns.outputs(); x++) {
            columns.weigh(block, x, sums);
            for (int i = 0; i < count * 3; i++) {
                to[at + i / 3 * stride + x * 3 + i % 3] = (byte) sums[i];
            }
        }
    }

    private static void store(int[] values, byte[] to, int at) {
        for (int i = 0; i < values.length; i++) {
            to[at + i] = (byte) values[i];
        }
    }
}
