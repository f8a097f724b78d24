package dev.querent.generation;

/**
 * One generated text.
 *
 * @param tokens without the end token
 * @param score summed log probability in nats, that of the end token included, divided by length^penalty; the length counts
 *     the end token
 * @param ended whether it ended by itself; otherwise it was cut off at the longest length
 */
public record GeneratedTokens(long[] tokens, double score, boolean ended) {}
