package dev.querent.image;

/**
 * A decoded image.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb height * width * 3 bytes, row by row, red green blue
 */
public record RgbImage(int width, int height, byte[] rgb) {
    public RgbImage {
        if (rgb.length != width * height * 3) {
            throw new IllegalArgumentException(
                    width + " x " + height + " pixels need " + width * height * 3 + " bytes, found " + rgb.length);
        }
    }
}
