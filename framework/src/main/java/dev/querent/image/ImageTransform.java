package dev.querent.image;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * From a decoded image to the numbers a vision encoder reads: a square of side S by bicubic resizing, 0..1, normalised with
 * the mean and deviation of CLIP's training images (which the EVA encoders use too). Thread-safe.
 */
public final class ImageTransform {

    private static final double[] MEAN = {0.48145466, 0.4578275, 0.40821073};
    private static final double[] DEVIATION = {0.26862954, 0.26130258, 0.27577711};

    /** Value of each byte in each channel after normalising. */
    private static final float[][] NORMALISED = normalised();

    private final int imageSize;
    private final Part part;

    /** Decides which part of an image is resized. */
    private interface Part {
        View choose(RgbImage image, long seed);
    }

    private record View(CropBox box, boolean mirrored) {}

    private ImageTransform(int imageSize, Part part) {
        if (imageSize < 1) {
            throw new IllegalArgumentException("an image side of " + imageSize + " pixels");
        }
        this.imageSize = imageSize;
        this.part = part;
    }

    /**
     * For training: a part chosen by the seed.
     *
     * @param imageSize S
     */
    public static ImageTransform training(int imageSize, Augmentation augmentation) {
        RandomResizedCrop crop = new RandomResizedCrop(augmentation);
        return new ImageTransform(imageSize, (image, seed) -> {
            SplittableRandom random = new SplittableRandom(seed);
            CropBox box = crop.choose(image.width(), image.height(), random);
            return new View(box, augmentation.flip() && random.nextBoolean());
        });
    }

    /**
     * For evaluation: the whole image, its shape not kept (BLIP-2's {@code blip_image_eval}). The seed is not used.
     *
     * @param imageSize S
     */
    public static ImageTransform evaluation(int imageSize) {
        return new ImageTransform(imageSize, (image, seed) -> new View(CropBox.whole(image), false));
    }

    /**
     * For evaluation: the largest square in the middle. The seed is not used.
     *
     * @param imageSize S
     */
    public static ImageTransform centreCrop(int imageSize) {
        return new ImageTransform(imageSize, (image, seed) -> new View(CropBox.centre(image), false));
    }

    /** What is taken away from each channel of 0..1. */
    public static List<Double> mean() {
        return Arrays.stream(MEAN).boxed().toList();
    }

    /** What each channel is divided by then. */
    public static List<Double> deviation() {
        return Arrays.stream(DEVIATION).boxed().toList();
    }

    /** Side S of the result in pixels. */
    public int imageSize() {
        return imageSize;
    }

    /** Numbers an image takes: 3 * S * S. */
    public int length() {
        return 3 * imageSize * imageSize;
    }

    /**
     * Transforms an image.
     *
     * @param seed decides every random choice; equal seeds give equal results
     * @param pixels receives (3, S, S) fp32, normalised
     * @param offset where it begins in {@code pixels}
     */
    public void apply(RgbImage image, long seed, float[] pixels, int offset) {
        View view = part.choose(image, seed);
        byte[] rgb = BicubicResize.resize(image, view.box, imageSize, imageSize).rgb();
        int plane = imageSize * imageSize;
        for (int y = 0; y < imageSize; y++) {
            for (int x = 0; x < imageSize; x++) {
                int from = (y * imageSize + (view.mirrored ? imageSize - 1 - x : x)) * 3;
                int to = offset + y * imageSize + x;
                pixels[to] = NORMALISED[0][rgb[from] & 0xFF];
                pixels[to + plane] = NORMALISED[1][rgb[from + 1] & 0xFF];
                pixels[to + 2 * plane] = NORMALISED[2][rgb[from + 2] & 0xFF];
            }
        }
    }

    private static float[][] normalised() {
        float[][] table = new float[3][256];
        for (int channel = 0; channel < 3; channel++) {
            for (int value = 0; value < 256; value++) {
                table[channel][value] = (value / 255f - (float) MEAN[channel]) / (float) DEVIATION[channel];
            }
        }
        return table;
    }
}
