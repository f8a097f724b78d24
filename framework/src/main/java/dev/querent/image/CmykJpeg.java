package dev.querent.image;

import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReader;

/**
 * JPEG files of four components, which ImageIO doesn't convert. As Pillow does it: inks are stored inverted, as Adobe's
 * programs write them, and no colour profile is applied.
 */
final class CmykJpeg {

    // ITU-R BT.601 in libjpeg's 16-bit fixed point
    private static final int FRACTION = 16;
    private static final int HALF = 1 << (FRACTION - 1);
    private static final int RED_OF_CR = fixed(1.402);
    private static final int GREEN_OF_CB = fixed(0.34414);
    private static final int GREEN_OF_CR = fixed(0.71414);
    private static final int BLUE_OF_CB = fixed(1.772);

    private CmykJpeg() {}

    /** Reads the image that {@code reader} stands at. */
    static RgbImage read(ImageReader reader, boolean ycck) throws IOException {
        Raster raster = reader.readRaster(0, null);
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] rgb = new byte[width * height * 3];
        int[] row = new int[width * 4];
        int to = 0;
        for (int y = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int from = 0; from < row.length; from += 4) {
                if (ycck) {
                    toInks(row, from);
                }
                int white = row[from + 3]; // what black leaves
                for (int channel = 0; channel < 3; channel++) {
                    rgb[to++] = (byte)
                            (white - productOver255(ycck ? row[from + channel] : 255 - row[from + channel], white));
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** Luminance and colour become cyan, magenta and yellow. */
    private static void toInks(int[] row, int at) {
        int luminance = row[at];
        int cb = row[at + 1] - 128;
        int cr = row[at + 2] - 128;
        row[at] = clip(luminance + ((RED_OF_CR * cr + HALF) >> FRACTION));
        row[at + 1] = clip(luminance + ((-GREEN_OF_CB * cb - GREEN_OF_CR * cr + HALF) >> FRACTION));
        row[at + 2] = clip(luminance + ((BLUE_OF_CB * cb + HALF) >> FRACTION));
    }

    private static int productOver255(int a, int b) {
        int product = a * b + 128;
        return ((product >> 8) + product) >> 8;
    }

    private static int clip(int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static int fixed(double factor) {
        return (int) (factor * (1 << FRACTION) + 0.5);
    }
}
