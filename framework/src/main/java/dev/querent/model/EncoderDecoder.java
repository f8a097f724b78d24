package dev.querent.model;

/** An encoder-decoder (T5): soft prompt and prefix are encoded, the target is decoded. */
public non-sealed interface EncoderDecoder extends LanguageModel {}
