package dev.querent.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.collective.Share;
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
 * @param held the rows whose pixels are here: all, or this rank's share
 * @param pixels b * 3 * S * S numbers: (b, 3, S, S) row-major, normalised; b rows are held
 * @param secondPixels of the same size: another look at what each sample shows, where the loader was asked for one
 */
public record Batch(
        List<Sample> samples,
        List<String> captions,
        int imageSize,
        Share held,
        float[] pixels,
        Optional<float[]> secondPixels) {
    public Batch {
        samples = List.copyOf(samples);
        captions = List.copyOf(captions);
    }

    /** Number of samples B. */
    public int rows() {
        return samples.size();
    }

    /**
     * The samples from {@code start} to before {@code end}.
     *
     * @throws IllegalArgumentException where the pixels of some of them aren't held
     */
    public Batch slice(int start, int end) {
        if (start < held.start() || end > held.end()) {
            throw new IllegalArgumentException("rows " + start + " to " + end + ", of a batch that holds " + held);
        }
        int size = pixels.length / held.rows();
        int from = (start - held.start()) * size;
        int to = (end - held.start()) * size;
        return new Batch(
                samples.subList(start, end),
                captions.subList(start, end),
                imageSize,
                new Share(0, end - start),
                Arrays.copyOfRange(pixels, from, to),
                secondPixels.map(second -> Arrays.copyOfRange(second, from, to)));
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
     * The images that are held, as a tensor.
     *
     * @param manager owns the result
     * @return (b, 3, S, S) fp32, normalised
     */
    public NDArray pixels(NDManager manager) {
        return Torch.tensor(manager, FloatBuffer.wrap(pixels), held.rows(), 3, imageSize, imageSize);
    }

    /**
     * The second look at each sample that is held.
     *
     * @param manager owns the result
     * @return (b, 3, S, S) fp32, normalised
     * @throws IllegalStateException where the loader was not asked for two views
     */
    public NDArray secondPixels(NDManager manager) {
        float[] second = secondPixels.orElseThrow(() -> new IllegalStateException("the loader gives one view"));
        return Torch.tensor(manager, FloatBuffer.wrap(second), held.rows(), 3, imageSize, imageSize);
    }
}
