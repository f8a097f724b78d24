package dev.querent.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Named tensors on disk. */
public interface WeightSource extends AutoCloseable {

    Set<String> names();

    /** The shape of a tensor, or empty where there is none of that name. */
    Optional<long[]> shape(String name);

    /** Reads a tensor of {@link #names()}, whatever it is stored as. */
    NDArray read(String name, NDManager manager, Precision precision);

    /** Reads a tensor of {@link #names()} as fp32. */
    default NDArray read(String name, NDManager manager) {
        return read(name, manager, Precision.FP32);
    }

    /** All files that decide the tensors. */
    List<Path> files();

    /** Where the tensors come from, for messages. */
    String description();

    @Override
    void close();
}
