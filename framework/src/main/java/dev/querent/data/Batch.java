package dev.querent.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.torch.Torch;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Some samples, ready to be looked at. Holds no tensors, so it may be read ahead on any thread.
 *
 * @param samples B samples
 * @param captions one caption for each sample, as models read them
 * @param imageSize S
 * @param pixels B * 3 * S * S numbers: (B, 3, S, S) row-major, normalised
 * @param secondPixels of the same size: another look at what each sample shows, where the loader was asked for one
 */
public record Batch(
        List<Sample> samples, List<String> captions, int imageSize, float[] pixels, Optional<float[]> secondPixels) {
    public Batch {
        samples = List.copyOf(samples);
        captions = List.copyOf(captions);
    }

    /** Number of samples B. */
    public int rows() {
        return samples.size();
    }

    /** The samples from {@code start} to before {@code end}. */
    public Batch slice(int start, int end) {
        int size = pixels.length / rows();
        return new Batch(
                samples.subList(start, end),
                captions.subList(start, end),
                imageSize,
                Arrays.copyOfRange(pixels, start * size, end * size),
                secondPixels.map(second -> Arrays.copyOfRange(second, start * size, end * size)));
    }

    public List<String> ids() {
        return samples.stream().map(Sample::id).toList();
    }

    /** What each sample shows; equal for samples that are no negatives of each other. */
    public List<String> groups() {
        return samples.stream().map(Sample::group).toList();
    }

    /** The questions of each sample. */
    public List<List<Sample.Question>> questions() {
        return samples.stream().map(Sample::questions).toList();
    }

    /**
     * The images as a tensor.
     *
     * @param manager owns the result
     * @return (B, 3, S, S) fp32, normalised
     */
    public NDArray pixels(NDManager manager) {
        return Torch.tensor(manager, FloatBuffer.wrap(pixels), rows(), 3, imageSize, imageSize);
    }

    /**
     * The second look at each sample.
     *
     * @param manager owns the result
     * @return (B, 3, S, S) fp32, normalised
     * @throws IllegalStateException where the loader was not asked for two views
     */
    public NDArray secondPixels(NDManager manager) {
        float[] second = secondPixels.orElseThrow(() -> new IllegalStateException("the loader gives one view"));
        return Torch.tensor(manager, FloatBuffer.wrap(second), rows(), 3, imageSize, imageSize);
    }
}
