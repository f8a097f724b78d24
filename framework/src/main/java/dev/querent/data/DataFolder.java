package dev.querent.data;

import java.nio.file.Path;

/**
 * Where fetched data sets live.
 *
 * @param root each data set has a folder of its own name below it
 */
public record DataFolder(Path root) {}
