package dev.querent.data;

/**
 * Text without an image, for language-model pre-training: the loss is taken on the target, given context and
 * prefix.
 *
 * @param context facts in words, separated by a comma and a space, where an image's soft prompt will stand; perhaps empty
 * @param prefix perhaps empty
 */
public record TextPair(String context, String prefix, String target) {}
