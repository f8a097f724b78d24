package dev.querent.plugin;

/** Checks for the compact constructors of configuration records. */
public final class Check {

    private Check() {}

    /**
     * @throws IllegalArgumentException unless the value lies within the bounds, both included
     */
    public static void range(String field, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new RangeException(
                    field,
                    new Bounds(least, most),
                    "expected a number from " + text(least) + " to " + text(most) + ", found " + text(value));
        }
    }

    /**
     * @throws IllegalArgumentException unless the value is 1 or more
     */
    public static void positive(String field, long value) {
        if (value < 1) {
            throw new RangeException(
                    field,
                    new Bounds(1, Double.POSITIVE_INFINITY),
                    "expected a whole number of at least 1, found " + value);
        }
    }

    /**
     * @throws IllegalArgumentException with the sentence unless the condition holds
     */
    public static void that(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }

    private static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
