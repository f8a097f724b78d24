package dev.querent.plugin;

/**
 * The bounds of a number, both included.
 *
 * @param least negative infinity where there is none
 * @param most infinity where there is none
 */
record Bounds(double least, double most) {

    static final Bounds NONE = new Bounds(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    /** Without a bound that the other doesn't have too. */
    Bounds inCommon(Bounds other) {
        return new Bounds(least == other.least ? least : NONE.least, most == other.most ? most : NONE.most);
    }
}
