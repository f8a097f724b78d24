package dev.querent.model;

/** A causal language model (OPT): soft prompt, prefix and target are one sequence. */
public non-sealed interface DecoderOnly extends LanguageModel {}
