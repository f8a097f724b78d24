package dev.querent.image;

/**
 * A part of an image.
 *
 * @param left first column
 * @param top first row
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record CropBox(int left, int top, int width, int height) {

    /** The whole of an image. */
    public static CropBox whole(RgbImage image) {
        return new CropBox(0, 0, image.width(), image.height());
    }
}
