/**
 * The OPT family (arXiv 2205.01068). Uses nn, weights, text and model; parameters have the names of the public
 * checkpoints. Letters: B batch, Q soft prompt positions, T text tokens, L = Q + T, H heads, Dh head size, D width of the
 * layers, Dl width of token embeddings, V vocabulary, R rows of a decoder.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.language.opt;
