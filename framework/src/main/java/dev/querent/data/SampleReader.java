package dev.querent.data;

import dev.querent.image.ImageTransform;
import java.util.List;

/** From a sample to the numbers that a batch holds of it: its pixels, or features that were computed before. Thread-safe. */
public interface SampleReader {

    /** Extents of what a sample gives, without the batch's: (3, S, S) or (N, Dv). */
    List<Integer> shape();

    /** How many numbers that are. */
    default int length() {
        return shape().stream().reduce(1, Math::multiplyExact);
    }

    /**
     * Reads a sample.
     *
     * @param index in its split
     * @param seed decides every random choice; equal seeds give equal results
     * @param target receives {@link #length} numbers
     * @param offset where they begin in {@code target}
     * @throws dev.querent.image.BadImageException where the sample can't be used
     */
    void read(int index, Sample sample, long seed, float[] target, int offset);

    /** Decodes and transforms images. */
    static SampleReader pixels(ImageTransform transform) {
        return new SampleReader() {
            @Override
            public List<Integer> shape() {
                return List.of(3, transform.imageSize(), transform.imageSize());
            }

            @Override
            public void read(int index, Sample sample, long seed, float[] target, int offset) {
                transform.apply(sample.image().get(), seed, target, offset);
            }
        };
    }
}
