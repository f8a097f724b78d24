/**
 * Layers. Letters: B batch, T tokens, H heads, Dh head size, D width. Uses weights and torch.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.nn;
