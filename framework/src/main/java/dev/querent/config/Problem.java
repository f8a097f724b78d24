package dev.querent.config;

/**
 * One thing that is wrong with what a user wrote.
 *
 * @param origin where
 * @param key the dotted key, empty where the whole source is meant
 * @param sentence what was expected, what was found, what to do
 */
public record Problem(Origin origin, String key, String sentence) {

    /** {@code file.yaml:14: bridge.queries: expected ..., found ...}. */
    @Override
    public String toString() {
        return origin + ": " + (key.isEmpty() ? "" : key + ": ") + sentence;
    }
}
