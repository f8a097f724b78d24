package dev.querent.task.metric;

/** Refuses to divide by nothing. */
final class Samples {

    private Samples() {}

    static void some(int count, String what) {
        if (count == 0) {
            throw new IllegalArgumentException(
                    "no " + what + " to score: the split, or what was chosen of it, is empty");
        }
    }
}
