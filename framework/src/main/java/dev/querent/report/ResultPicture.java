package dev.querent.report;

import java.util.Objects;

/**
 * A picture that is a result itself, not a sample's.
 *
 * @param file a PNG relative to the step's folder
 * @param caption what is to be seen
 */
public record ResultPicture(String file, String caption) {
    public ResultPicture {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(caption, "caption");
    }
}
