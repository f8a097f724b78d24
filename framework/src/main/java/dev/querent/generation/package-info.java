/**
 * Text from a decoder: greedy and beam search. Knows decoders only by {@link dev.querent.model.TextDecoder}. Letters: R
 * rows, V vocabulary, K beams.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.generation;
