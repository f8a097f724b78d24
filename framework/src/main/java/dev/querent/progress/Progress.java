package dev.querent.progress;

import java.util.Map;

/** Hears how far long work has come; shows rate, time left and the latest values. */
public interface Progress {

    /** Hears nothing. */
    Progress SILENT = (done, total, values) -> {};

    /** Something else is worked on now: a step, say. */
    default void begin(String what) {}

    /**
     * @param done units done so far, those of earlier attempts included
     * @param total all units
     * @param values what to show beside the rate, e.g. {@code loss}
     */
    void update(long done, long total, Map<String, Double> values);

    /** What is to be known of the work beside how far it is. */
    default void say(String sentence) {}
}
