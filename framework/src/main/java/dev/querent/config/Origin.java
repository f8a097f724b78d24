package dev.querent.config;

/**
 * Where a setting was written.
 *
 * @param source a file as the user named it, or {@code --set key=value}
 * @param line counted from 1; 0 where there are no lines
 */
public record Origin(String source, int line) {

    /** A place without lines. */
    public static Origin of(String source) {
        return new Origin(source, 0);
    }

    /** {@code file.yaml:14}, or the source alone. */
    @Override
    public String toString() {
        return line > 0 ? source + ":" + line : source;
    }
}
