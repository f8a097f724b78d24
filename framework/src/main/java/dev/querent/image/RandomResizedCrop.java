package dev.querent.image;

import java.util.SplittableRandom;

/** Chooses a part of random area and shape (Inception's crop, as torchvision's {@code RandomResizedCrop} defines it). */
public final class RandomResizedCrop {

    private static final int ATTEMPTS = 10;

    private final Augmentation augmentation;

    public RandomResizedCrop(Augmentation augmentation) {
        this.augmentation = augmentation;
    }

    /**
     * A part of an image. The area is uniform, the ratio log-uniform; where ten choices don't fit into the image, the largest
     * centred part of an allowed ratio is taken.
     */
    public CropBox choose(int width, int height, SplittableRandom random) {
        double area = (double) width * height;
        double leastLog = Math.log(augmentation.minRatio());
        double mostLog = Math.log(augmentation.maxRatio());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            double part = area * uniform(random, augmentation.minScale(), augmentation.maxScale());
            double ratio = Math.exp(uniform(random, leastLog, mostLog));
            int partWidth = (int) Math.max(1, Math.round(Math.sqrt(part * ratio)));
            int partHeight = (int) Math.max(1, Math.round(Math.sqrt(part / ratio)));
            if (partWidth <= width && partHeight <= height) {
                return new CropBox(
                        random.nextInt(width - partWidth + 1),
                        random.nextInt(height - partHeight + 1),
                        partWidth,
                        partHeight);
            }
        }
        return centred(width, height);
    }

    private CropBox centred(int width, int height) {
        double ratio = (double) width / height;
        int partWidth = width;
        int partHeight = height;
        if (ratio < augmentation.minRatio()) {
            partHeight = (int) Math.max(1, Math.min(height, Math.round(width / augmentation.minRatio())));
        } else if (ratio > augmentation.maxRatio()) {
            partWidth = (int) Math.max(1, Math.min(width, Math.round(height * augmentation.maxRatio())));
        }
        return new CropBox((width - partWidth) / 2, (height - partHeight) / 2, partWidth, partHeight);
    }

    private static double uniform(SplittableRandom random, double least, double most) {
        return least + (most - least) * random.nextDouble();
    }
}
