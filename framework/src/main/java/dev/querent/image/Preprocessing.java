package dev.querent.image;

import java.util.List;

/**
 * How the images of a vision encoder are prepared: their part, and what their values are normalised with. Independent of
 * the image side S, so that an encoder can be run at another side than it was trained at.
 *
 * @param keepsShape whether the shorter side is resized and the rest follows; otherwise width and height are resized alike
 * @param margin resized side over S, at least 1; what goes beyond S is cut off on both sides
 * @param mean of red, green and blue, of values from 0 to 1
 * @param deviation of red, green and blue
 */
public record Preprocessing(boolean keepsShape, double margin, List<Double> mean, List<Double> deviation) {

    private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> CLIP_DEVIATION = List.of(0.26862954, 0.26130258, 0.27577711);

    /** As BLIP-2 does it: the whole image, its shape not kept; the moments of CLIP's training images. */
    public static final Preprocessing BLIP = new Preprocessing(false, 1, CLIP_MEAN, CLIP_DEVIATION);

    /** As CLIP does it: the square in the middle. */
    public static final Preprocessing CLIP = new Preprocessing(true, 1, CLIP_MEAN, CLIP_DEVIATION);

    public Preprocessing {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    /**
     * The part of an image that evaluation sees.
     *
     * @param side S
     * @return S high and S wide
     */
    public RgbImage resize(RgbImage image, int side) {
        int edge = (int) Math.round(side * margin);
        int width = edge;
        int height = edge;
        if (keepsShape) {
            int shorter = Math.min(image.width(), image.height());
            width = (int) ((double) ((long) edge * image.width()) / shorter);
            height = (int) ((double) ((long) edge * image.height()) / shorter);
        }
        CropBox middle = new CropBox((width - side) / 2, (height - side) / 2, side, side);
        return BicubicResize.resize(image, width, height, middle);
    }

    /** The normalised value of each byte in each channel: (3, 256). */
    float[][] normalised() {
        float[][] table = new float[3][256];
        for (int channel = 0; channel < 3; channel++) {
            float centre = mean.get(channel).floatValue();
            float scale = deviation.get(channel).floatValue();
            for (int value = 0; value < 256; value++) {
                table[channel][value] = (value / 255f - centre) / scale;
            }
        }
        return table;
    }
}
