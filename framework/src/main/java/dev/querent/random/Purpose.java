package dev.querent.random;

/** What a random choice is for. Two purposes never share numbers. Their names are part of every result. */
public enum Purpose {
    INITIALISATION,
    DATA_ORDER,
    AUGMENTATION,
    CAPTION_CHOICE,
    DROPOUT,
    HARD_NEGATIVES,
    MASKING,
    PREFIX_SPLIT,
    SAMPLING,
    GENERATED_DATA
}
