package dev.querent.image;

import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;

/**
 * How training images are varied: a random part of the image, resized to the model's side, perhaps mirrored (BLIP-2's
 * {@code blip2_image_train}).
 *
 * @param minScale least share of the image's area
 * @param maxScale largest share of the image's area
 * @param minRatio least width over height of the part
 * @param maxRatio largest width over height of the part
 * @param flip whether half of the images are mirrored; not where text tells left from right, or images show letters
 */
public record Augmentation(
        @Doc("least share of the image's area that is kept") double minScale,

        @Doc("largest share of the image's area that is kept")
        double maxScale,

        @Doc("least width over height of the part that is kept")
        double minRatio,

        @Doc("largest width over height of the part that is kept")
        double maxRatio,

        @Doc("mirrors half of the images; wrong where captions say left or right, or images show letters or flags")
        boolean flip) {

    /** As BLIP-2 trains, but without mirroring. */
    public static final Augmentation DEFAULTS = new Augmentation(0.5, 1, 3.0 / 4, 4.0 / 3, false);

    /** Leaves images as they are. */
    public static final Augmentation NONE = new Augmentation(1, 1, 1, 1, false);

    public Augmentation {
        Check.range("min-scale", minScale, 0.01, 1);
        Check.range("max-scale", maxScale, minScale, 1);
        Check.range("min-ratio", minRatio, 0.1, 10);
        Check.range("max-ratio", maxRatio, minRatio, 10);
    }
}
