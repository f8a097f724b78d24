package dev.querent.step;

import java.io.IOException;
import java.nio.file.Path;

/** What one process has loaded to work on partitions of a step, one after the other. */
public interface PartitionWork extends AutoCloseable {

    /**
     * Does one partition. Whoever does it, and however often, writes the same bytes.
     *
     * @param partition counted from 0
     * @param file to be written; counts only once this method has returned
     * @throws dev.querent.progress.StoppedException where the stop signal asked for it; the partition is begun again later
     */
    void write(int partition, Path file) throws IOException;

    /** Lets go of what was loaded. */
    @Override
    void close();
}
