package dev.querent.testing;

import dev.querent.data.Dataset;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.TextPair;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A data set of samples that a test has made, without texts.
 *
 * @param samples those of each split, looked up at every call
 */
public record GivenSamples(Function<String, List<Sample>> samples, List<String> words) implements Dataset {

    @Override
    public Set<String> splits() {
        return Set.of("train", "test");
    }

    @Override
    public SampleList split(String name) {
        return new SampleList() {
            @Override
            public int size() {
                return samples.apply(name).size();
            }

            @Override
            public Sample get(int index) {
                return samples.apply(name).get(index);
            }
        };
    }

    @Override
    public int textCount() {
        return 0;
    }

    @Override
    public TextPair text(int index) {
        throw new IndexOutOfBoundsException(index);
    }
}
