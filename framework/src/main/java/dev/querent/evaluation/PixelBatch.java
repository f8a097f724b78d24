package dev.querent.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.image.ImageTransform;
import dev.querent.image.RgbImage;
import dev.querent.model.VisionEncoder;
import dev.querent.torch.Torch;
import java.nio.FloatBuffer;
import java.util.List;

/** Images as a model reads them when nothing is trained: resized as its checkpoint says, normalised, without augmentation. */
public final class PixelBatch {

    private PixelBatch() {}

    /**
     * Transforms images.
     *
     * @param owner of the result
     * @param images B, of any sizes
     * @return (B, 3, S, S) fp32
     */
    public static NDArray of(NDManager owner, VisionEncoder encoder, List<RgbImage> images) {
        return of(owner, encoder.transform(), images);
    }

    /** As the other, for a model that says itself how it reads images. */
    public static NDArray of(NDManager owner, ImageTransform transform, List<RgbImage> images) {
        int side = transform.imageSize();
        float[] pixels = new float[images.size() * transform.length()];
        for (int row = 0; row < images.size(); row++) {
            transform.apply(images.get(row), 0, pixels, row * transform.length());
        }
        return Torch.tensor(owner, FloatBuffer.wrap(pixels), images.size(), 3, side, side);
    }
}
