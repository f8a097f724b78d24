package dev.querent.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.collective.Share;
import dev.querent.torch.Torch;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Some samples, ready to be looked at. Holds no tensors, so it may be read ahead on any thread.
 *
 * @param samples B samples
 * @param captions one caption for each sample, as models read them
 * @param shape of what is held of a sample: (3, S, S) for pixels, normalised, or (N, Dv) for visual features
 * @param held the rows that are here: all, or this rank's share
 * @param values (b, ...) row-major; b rows are held
 * @param secondValues of the same size: another look at what each sample shows, where the loader was asked for one
 */
public record Batch(
        List<Sample> samples,
        List<String> captions,
        List<Integer> shape,
        Share held,
        float[] values,
        Optional<float[]> secondValues) {
    public Batch {
        shape = List.copyOf(shape);
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
     * @throws IllegalArgumentException where some of them aren't held
     */
    public Batch slice(int start, int end) {
        if (start < held.start() || end > held.end()) {
            throw new IllegalArgumentException("rows " + start + " to " + end + ", of a batch that holds " + held);
        }
        int size = values.length / held.rows();
        int from = (start - held.start()) * size;
        int to = (end - held.start()) * size;
        return new Batch(
                samples.subList(start, end),
                captions.subList(start, end),
                shape,
                new Share(0, end - start),
                Arrays.copyOfRange(values, from, to),
                secondValues.map(second -> Arrays.copyOfRange(second, from, to)));
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
     * What is held, as a tensor.
     *
     * @param manager owns the result
     * @return (b, 3, S, S) or (b, N, Dv), fp32
     */
    public NDArray tensor(NDManager manager) {
        return tensor(manager, values);
    }

    /**
     * The second look at each sample that is held.
     *
     * @param manager owns the result
     * @return as {@link #tensor}
     * @throws IllegalStateException where the loader was not asked for two views
     */
    public NDArray secondTensor(NDManager manager) {
        return tensor(manager, secondValues.orElseThrow(() -> new IllegalStateException("the loader gives one view")));
    }

    private NDArray tensor(NDManager manager, float[] of) {
        long[] extents = IntStream.concat(
                        IntStream.of(held.rows()), shape.stream().mapToInt(Integer::intValue))
                .asLongStream()
                .toArray();
        return Torch.tensor(manager, FloatBuffer.wrap(of), extents);
    }
}
