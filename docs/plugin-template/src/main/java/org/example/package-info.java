/**
 * A vision encoder, a language model and a bridge for Querent. Letters: B batch, N visual tokens, Q soft prompt positions, T text
 * tokens, L = Q + T, S image side, P patch side, Dv and Dl widths of visual features and token embeddings, V vocabulary, R rows of
 * a decoder.
 */
@org.jspecify.annotations.NullMarked
package org.example;
