package dev.querent.data;

/**
 * Text without an image, for language-model pre-training: the loss is taken on the target, given context and prefix.
 *
 * @param context perhaps empty; read at the place of a soft prompt, before the text begins
 * @param prefix perhaps empty
 */
public record TextPair(String context, String prefix, String target) {}
