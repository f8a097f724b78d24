package dev.querent.data;

/**
 * Text without an image, for language-model pre-training: the loss is taken on the target, given context and
 * prefix.
 *
 * @param context what is known, in words, where an image's soft prompt will stand; perhaps empty
 * @param prefix perhaps empty
 */
public record TextPair(String context, String prefix, String target) {}
