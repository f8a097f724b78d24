/**
 * The T5 v1.1 family (arXiv 1910.10683, 2210.11416). Uses nn, weights, text and model; parameters have the names of the
 * public checkpoints. Letters: B batch, Q soft prompt positions, L = Q + prefix length, T target tokens, H heads, Dh head
 * size, Dl width, V vocabulary, R rows of a decoder.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.language.t5;
