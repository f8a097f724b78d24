package dev.querent.data;

/** Hears of samples that can't be used. They are skipped, named in a file and counted; too many stop the run. */
public interface Quarantine {

    /**
     * Records a bad sample. Recording the same sample twice counts once.
     *
     * @throws TooManyBadSamplesException where the share of bad samples exceeds the experiment's limit
     */
    void report(String sampleId, String reason);

    /** A sample was usable; the share of bad ones is taken of all that were seen. */
    void used(String sampleId);
}
