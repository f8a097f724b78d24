/**
 * What the language model families share. Letters: B batch, Q soft prompt positions, T text tokens, Dl width of token
 * embeddings, V vocabulary, R rows of a decoder.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.language;
