package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Tensors that lie in several files. */
final class Shards implements WeightSource {

    private final Path index;
    private final List<WeightSource> sources;
    private final Map<String, WeightSource> owners;

    /**
     * @param owners where each tensor lies, one of {@code sources}
     */
    Shards(Path index, List<WeightSource> sources, Map<String, WeightSource> owners) {
        this.index = index;
        this.sources = sources;
        this.owners = owners;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(owners.keySet());
    }

    @Override
    public Optional<long[]> shape(String name) {
        return Optional.ofNullable(owners.get(name)).flatMap(file -> file.shape(name));
    }

    @Override
    public NDArray read(String name, NDManager manager, Precision precision) {
        return Optional.ofNullable(owners.get(name))
                .orElseThrow(() -> new IllegalArgumentException(index + " has no tensor called " + name))
                .read(name, manager, precision);
    }

    @Override
    public List<Path> files() {
        return Stream.concat(Stream.of(index), sources.stream().flatMap(source -> source.files().stream()))
                .toList();
    }

    @Override
    public String description() {
        return index.toString();
    }

    @Override
    public void close() {
        sources.forEach(WeightSource::close);
    }
}
