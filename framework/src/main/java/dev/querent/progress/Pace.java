package dev.querent.progress;

/** How fast work goes. Units that an earlier process did don't count. */
public final class Pace {

    private final long firstDone;
    private final long begun = System.nanoTime();
    private long lastDone;
    private long last = begun;

    /** @param done units that are done already */
    public Pace(long done) {
        firstDone = done;
        lastDone = done;
    }

    /** Seconds since the beginning. */
    public double seconds() {
        return (System.nanoTime() - begun) / 1e9;
    }

    /**
     * Units a second since the beginning; 0 where none was done.
     *
     * @param done units done so far
     */
    public double overall(long done) {
        return (done - firstDone) / Math.max(seconds(), 1e-9);
    }

    /** Units a second since the last call of this method. */
    public double since(long done) {
        long now = System.nanoTime();
        double rate = (done - lastDone) * 1e9 / Math.max(1, now - last);
        lastDone = done;
        last = now;
        return rate;
    }
}
