package dev.querent.plugin;

/** A number that lies outside its bounds, thrown by {@link Check}. */
final class RangeException extends IllegalArgumentException {

    private final String field;
    private final transient Bounds bounds;

    RangeException(String field, Bounds bounds, String sentence) {
        super(field + ": " + sentence);
        this.field = field;
        this.bounds = bounds;
    }

    /** As the record's constructor calls it. */
    String field() {
        return field;
    }

    /** What would have been accepted. */
    Bounds bounds() {
        return bounds;
    }
}
