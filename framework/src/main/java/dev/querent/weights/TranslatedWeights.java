package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Weights published in one layout, seen under the names and in the pieces of another: renamed, cut out of a larger tensor, or
 * put together along the first axis. Closing it closes the weights that it reads.
 */
public final class TranslatedWeights implements WeightSource {

    /** Some rows of a stored tensor; of zeros where nothing is stored. */
    private record Piece(Optional<String> stored, long first, long rows) {}

    private final WeightSource source;
    private final Map<String, List<Piece>> recipes = new LinkedHashMap<>();

    /**
     * Starts without any tensor: what is stored and not named by one of the methods below is not seen.
     *
     * @param source stays open as long as this is used
     */
    public TranslatedWeights(WeightSource source) {
        this.source = source;
    }

    /** A stored tensor under another name, or under its own. */
    public TranslatedWeights rename(String stored, String name) {
        recipes.put(name, List.of(whole(stored)));
        return this;
    }

    /**
     * Cuts a stored tensor into equal parts along its first axis. Where it can't be cut evenly, it is seen whole under the first
     * name, so that whoever asks for the parts says what is wrong.
     */
    public TranslatedWeights split(String stored, String... names) {
        long rows = rows(stored);
        if (rows % names.length != 0) {
            return rename(stored, names[0]);
        }
        long each = rows / names.length;
        for (int i = 0; i < names.length; i++) {
            recipes.put(names[i], List.of(new Piece(Optional.of(stored), i * each, each)));
        }
        return this;
    }

    /** A vector of a stored vector, as many zeros as that is long, and another stored vector. */
    public TranslatedWeights aroundZeros(String first, String last, String name) {
        recipes.put(name, List.of(whole(first), new Piece(Optional.empty(), 0, rows(first)), whole(last)));
        return this;
    }

    private Piece whole(String stored) {
        return new Piece(Optional.of(stored), 0, rows(stored));
    }

    private long rows(String stored) {
        long[] shape = shapeOf(stored);
        return shape.length == 0 ? 1 : shape[0];
    }

    private long[] shapeOf(String stored) {
        return source.shape(stored)
                .orElseThrow(() -> new IllegalArgumentException(source.description() + " has no tensor " + stored));
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(recipes.keySet());
    }

    @Override
    public Optional<long[]> shape(String name) {
        return Optional.ofNullable(recipes.get(name)).map(pieces -> {
            long[] shape = shapeOf(pieces.get(0).stored().orElseThrow()).clone();
            if (shape.length > 0) {
                shape[0] = pieces.stream().mapToLong(Piece::rows).sum();
            }
            return shape;
        });
    }

    @Override
    public NDArray read(String name, NDManager manager, Precision precision) {
        List<Piece> pieces = recipes.get(name);
        if (pieces == null) {
            throw new IllegalArgumentException(description() + " has no tensor called " + name);
        }
        if (pieces.size() == 1 && isWhole(pieces.get(0))) {
            return source.read(pieces.get(0).stored().orElseThrow(), manager, precision);
        }
        try (NDManager passing = manager.newSubManager()) {
            NDList parts = new NDList();
            for (Piece piece : pieces) {
                parts.add(read(piece, passing, precision));
            }
            NDArray joined =
                    NDArrays.concat(parts, 0); // a copy, so that a part doesn't keep all of what it is cut from
            joined.attach(manager);
            return joined;
        }
    }

    private boolean isWhole(Piece piece) {
        return piece.stored().isPresent() && rows(piece.stored().get()) == piece.rows();
    }

    private NDArray read(Piece piece, NDManager manager, Precision precision) {
        if (piece.stored().isEmpty()) {
            return precision.copy(manager, manager.zeros(new Shape(piece.rows()), DataType.FLOAT32));
        }
        NDArray stored = source.read(piece.stored().get(), manager, precision);
        return isWhole(piece)
                ? stored
                : stored.get(new NDIndex().addSliceDim(piece.first(), piece.first() + piece.rows()));
    }

    @Override
    public List<Path> files() {
        return source.files();
    }

    @Override
    public String description() {
        return source.description();
    }

    @Override
    public void close() {
        source.close();
    }
}
