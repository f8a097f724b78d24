package dev.querent.vision;

import dev.querent.plugin.Check;

/**
 * Sizes of a vision transformer.
 *
 * @param imageSize S
 * @param patchSize P
 * @param layer of its blocks
 */
record VisionSizes(int imageSize, int patchSize, LayerSizes layer) {

    VisionSizes {
        Check.positive("image-size", imageSize);
        Check.positive("patch-size", patchSize);
        Check.that(
                imageSize % patchSize == 0,
                "patch-size: expected a divisor of image-size " + imageSize + ", found " + patchSize);
    }

    /** N, class token included. */
    int tokens() {
        int side = imageSize / patchSize;
        return side * side + 1;
    }
}
