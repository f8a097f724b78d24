/**
 * Decoding: greedy and beam search over any language model's next-token scores.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.generation;
