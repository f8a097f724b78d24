package dev.querent.generation;

/** When beam search gives up on a text that has as many finished beams as it wants; as transformers' {@code early_stopping}. */
public enum EarlyStopping {
    /** When its likeliest beam, scored at its present length, is no better than the worst finished one. */
    FALSE,
    /** At once. */
    TRUE,
    /** When its likeliest beam can't become better: scored at the longest length where the length penalty favours long texts. */
    NEVER
}
