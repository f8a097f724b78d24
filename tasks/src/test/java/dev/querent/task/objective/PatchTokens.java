package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import dev.querent.model.MaskedImageEncoder;
import dev.querent.nn.Tensors;
import dev.querent.weights.ParameterSet;
import java.util.Map;

/** An encoder of images of 4x4 pixels without parameters: a token is its patch's 12 numbers, the class token their mean. */
final class PatchTokens implements MaskedImageEncoder {

    static final int SIDE = 4;
    static final int PATCH = 2;
    static final int PATCHES = 4;
    static final int WIDTH = 12;

    /** What was hidden in the last call, B * N numbers of 0 and 1; none before the first. */
    private float[] hidden = new float[0];

    float[] hidden() {
        return hidden;
    }

    @Override
    public NDArray encode(NDArray pixels) {
        return withClassToken(Tensors.patches(pixels, PATCH));
    }

    @Override
    public NDArray encodeMasked(NDArray pixels, NDArray missing, NDArray maskToken) {
        hidden = missing.toFloatArray();
        NDArray patches = Tensors.patches(pixels, PATCH);
        NDArray open = Tensors.scale(missing, -1).add(missing.onesLike());
        return withClassToken(patches.mul(open).add(missing.mul(maskToken)));
    }

    private static NDArray withClassToken(NDArray patches) {
        NDArray mean = patches.mean(new int[] {1}, true);
        return Tensors.concatenate(patches.getManager(), 1, mean, patches);
    }

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int tokens() {
        return PATCHES + 1;
    }

    @Override
    public int imageSize() {
        return SIDE;
    }

    @Override
    public int patchSize() {
        return PATCH;
    }

    @Override
    public ParameterSet parameters() {
        return new ParameterSet(Map.of());
    }
}
