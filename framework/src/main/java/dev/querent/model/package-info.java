/**
 * What an encoder, a language model and a bridge are, and how the three compose. Letters: B batch, N visual tokens,
 * Q query tokens, T text tokens, Dv, Db, Dl widths, E shared ITC space, V vocabulary, R rows.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.model;
