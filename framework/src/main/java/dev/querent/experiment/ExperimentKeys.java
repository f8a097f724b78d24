package dev.querent.experiment;

/** The keys of an experiment file that are not a plugin's own. */
final class ExperimentKeys {
    static final String EXTENDS = "extends";
    static final String NAME = "name";
    static final String THREADS = "threads";
    static final String BAD_SAMPLE_LIMIT = "bad-sample-limit";
    static final String DATA = "data";
    static final String VISION = "vision";
    static final String LANGUAGE = "language";
    static final String BRIDGE = "bridge";
    static final String CAPTIONER = "captioner";
    static final String SCORER = "scorer";
    static final String STEPS = "steps";
    static final String PLUGIN = "plugin";
    static final String CHECKPOINT = "checkpoint";
    static final String PRECISION = "precision";
    static final String TOKENIZER = "tokenizer";

    private ExperimentKeys() {}
}
