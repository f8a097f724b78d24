package dev.querent.data;

/**
 * How batches are put together.
 *
 * @param batchSize B
 * @param distinctGroups whether the samples of a batch all show different things, so that a contrastive loss meets no false
 *     negatives
 * @param twoViews whether each sample comes with a second look: another sample of its group, or itself where it is the
 *     only one, with an augmentation of its own
 * @param threads that decode; no result depends on their number. Half of the processors are enough: the model needs the others
 */
public record LoaderOptions(int batchSize, boolean distinctGroups, boolean twoViews, int threads) {
    public LoaderOptions {
        if (batchSize < 1 || threads < 1) {
            throw new IllegalArgumentException("batches of " + batchSize + " samples on " + threads + " threads");
        }
    }

    private static final int MOST_THREADS = 16;

    /** Batches in plain random order. */
    public static LoaderOptions of(int batchSize) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new LoaderOptions(batchSize, false, false, Math.max(1, Math.min(MOST_THREADS, processors / 2)));
    }

    public LoaderOptions withDistinctGroups() {
        return new LoaderOptions(batchSize, true, twoViews, threads);
    }

    public LoaderOptions withTwoViews() {
        return new LoaderOptions(batchSize, distinctGroups, true, threads);
    }

    public LoaderOptions withThreads(int number) {
        return new LoaderOptions(batchSize, distinctGroups, twoViews, number);
    }
}
