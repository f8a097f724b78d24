package dev.querent.data;

/**
 * Text without an image, for language-model pre-training: the loss is taken on the target, given the prefix.
 *
 * @param prefix perhaps empty
 */
public record TextPair(String prefix, String target) {}
