/**
 * Bridges from visual features to a soft prompt. Letters: B batch, R rows, N visual tokens, Q query tokens, T text tokens,
 * H heads, Dv, Db, Dl widths, E shared ITC space, V vocabulary.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.bridge;
