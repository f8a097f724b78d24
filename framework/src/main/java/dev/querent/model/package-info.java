/**
 * What an encoder, a language model and a bridge are, and how the three compose; and the finished models that CapFilt uses.
 * Letters: B batch (of images, C of texts where both are there), N visual tokens, Q query tokens, T text tokens, Dv, Db, Dl
 * widths, E space that images and texts share, V vocabulary, R rows.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.model;
