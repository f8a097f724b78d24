package dev.querent.image;

import java.util.SplittableRandom;

/**
 * From a decoded image to the numbers a vision encoder reads: a square of side S by bicubic resizing, 0..1, normalised.
 * Thread-safe.
 */
public final class ImageTransform {

    private final int imageSize;
    /** Value of each byte in each channel after normalising. */
    private final float[][] normalised;

    private final Part part;

    /** Decides which part of an image is seen. */
    private interface Part {
        View choose(RgbImage image, long seed);
    }

    /** @param resized S high and S wide */
    private record View(RgbImage resized, boolean mirrored) {}

    private ImageTransform(int imageSize, Preprocessing preprocessing, Part part) {
        if (imageSize < 1) {
            throw new IllegalArgumentException("an image side of " + imageSize + " pixels");
        }
        this.imageSize = imageSize;
        normalised = preprocessing.normalised();
        this.part = part;
    }

    /**
     * For training: a part chosen by the seed.
     *
     * @param imageSize S
     * @param preprocessing normalises
     */
    public static ImageTransform training(int imageSize, Preprocessing preprocessing, Augmentation augmentation) {
        RandomResizedCrop crop = new RandomResizedCrop(augmentation);
        return new ImageTransform(imageSize, preprocessing, (image, seed) -> {
            SplittableRandom random = new SplittableRandom(seed);
            CropBox box = crop.choose(image.width(), image.height(), random);
            return new View(
                    BicubicResize.resize(image, box, imageSize, imageSize),
                    augmentation.flip() && random.nextBoolean());
        });
    }

    /**
     * For evaluation. The seed is not used.
     *
     * @param imageSize S
     * @param preprocessing decides what is seen, and normalises
     */
    public static ImageTransform evaluation(int imageSize, Preprocessing preprocessing) {
        return new ImageTransform(
                imageSize, preprocessing, (image, seed) -> new View(preprocessing.resize(image, imageSize), false));
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
        byte[] rgb = view.resized.rgb();
        int plane = imageSize * imageSize;
        for (int y = 0; y < imageSize; y++) {
            for (int x = 0; x < imageSize; x++) {
                int from = (y * imageSize + (view.mirrored ? imageSize - 1 - x : x)) * 3;
                int to = offset + y * imageSize + x;
                pixels[to] = normalised[0][rgb[from] & 0xFF];
                pixels[to + plane] = normalised[1][rgb[from + 1] & 0xFF];
                pixels[to + 2 * plane] = normalised[2][rgb[from + 2] & 0xFF];
            }
        }
    }
}
