package dev.querent.app.plan;

/**
 * What a sample costs. A multiplication with its addition counts as two operations; only matrix products count.
 *
 * @param forward operations of the forward pass
 * @param backward operations of the backward pass
 * @param kept bytes that the backward pass needs of the forward pass
 */
public record Work(double forward, double backward, double kept) {

    static final Work NONE = new Work(0, 0, 0);

    /** The sum of several. */
    static Work of(Work... parts) {
        Work sum = NONE;
        for (Work part : parts) {
            sum = new Work(sum.forward + part.forward, sum.backward + part.backward, sum.kept + part.kept);
        }
        return sum;
    }

    Work times(double count) {
        return new Work(count * forward, count * backward, count * kept);
    }

    /**
     * As many of these one behind the other, each computed once more when its turn comes in the backward pass.
     *
     * @param input bytes that each reads, which are kept; what it keeps itself is kept for one at a time
     */
    Work recomputed(int count, double input) {
        return new Work(count * forward, count * (backward + forward), count * input + kept);
    }

    /** The same with more bytes kept. */
    Work keeping(double bytes) {
        return new Work(forward, backward, kept + bytes);
    }

    /** Of both passes. */
    public double operations() {
        return forward + backward;
    }
}
