package dev.querent.task.evaluation;

import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** What an evaluation looks at: the first samples of a split that it wants, in partitions of equal size. Nothing is decoded. */
final class SampleParts {

    private final SampleList samples;
    private final int[] indices;
    private final int partitionSize;

    private SampleParts(SampleList samples, int[] indices, int partitionSize) {
        if (indices.length == 0) {
            throw nothing(samples.size());
        }
        this.samples = samples;
        this.indices = indices;
        this.partitionSize = partitionSize;
    }

    /**
     * The first samples.
     *
     * @param most number of samples; all where it is empty
     * @throws IllegalArgumentException where there is none
     */
    static SampleParts first(SampleList samples, Optional<Integer> most, int partitionSize) {
        int count = Math.min(samples.size(), most.orElse(Integer.MAX_VALUE));
        return new SampleParts(samples, IntStream.range(0, count).toArray(), partitionSize);
    }

    /** The first ones of which a condition holds; as the other. */
    static SampleParts wanted(
            SampleList samples, Optional<Integer> most, int partitionSize, Predicate<Sample> condition) {
        int[] indices = IntStream.range(0, samples.size())
                .filter(index -> condition.test(samples.get(index)))
                .limit(most.orElse(Integer.MAX_VALUE))
                .toArray();
        return new SampleParts(samples, indices, partitionSize);
    }

    /** What to say where nothing is left. */
    static IllegalArgumentException nothing(int samples) {
        return new IllegalArgumentException("the split has nothing to evaluate: none of its " + samples
                + " samples has what this step asks for and an image that can be decoded");
    }

    /** Number of partitions. */
    int count() {
        return (indices.length + partitionSize - 1) / partitionSize;
    }

    /** Place of a partition's first sample among those that are looked at. */
    int start(int partition) {
        return partition * partitionSize;
    }

    /** Place behind its last one. */
    int end(int partition) {
        return Math.min(indices.length, start(partition) + partitionSize);
    }

    int size() {
        return indices.length;
    }

    Sample get(int place) {
        return samples.get(indices[place]);
    }

    /** All of them, read when they are asked for. */
    List<Sample> asList() {
        return new AbstractList<>() {
            @Override
            public Sample get(int place) {
                return SampleParts.this.get(place);
            }

            @Override
            public int size() {
                return SampleParts.this.size();
            }
        };
    }
}
