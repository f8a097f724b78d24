/**
 * Vision transformers, and the published models that are one with a text side of their own: CLIP, which ranks captions, and
 * BLIP, which writes them. Letters: B batch, N visual tokens (class token first), Dv width, S image side, P patch side; C texts,
 * T text tokens, D width, E space that images and texts share, R rows of a decoder, V vocabulary.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.vision;
