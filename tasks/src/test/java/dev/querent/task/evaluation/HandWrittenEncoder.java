package dev.querent.task.evaluation;

import dev.querent.model.VisionEncoder;
import dev.querent.weights.ParameterSet;
import java.util.Map;

/** An encoder without parameters, of images that are one patch. */
abstract class HandWrittenEncoder implements VisionEncoder {

    private final int imageSize;
    private final int tokens;
    private final int width;

    HandWrittenEncoder(int imageSize, int tokens, int width) {
        this.imageSize = imageSize;
        this.tokens = tokens;
        this.width = width;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public int imageSize() {
        return imageSize;
    }

    @Override
    public int patchSize() {
        return imageSize;
    }

    @Override
    public ParameterSet parameters() {
        return new ParameterSet(Map.of());
    }
}
