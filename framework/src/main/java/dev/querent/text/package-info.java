/**
 * Tokenizers and batches of token ids. Letters: B batch, T tokens, V vocabulary.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.text;
