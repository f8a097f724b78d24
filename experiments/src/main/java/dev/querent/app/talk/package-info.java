/**
 * Talking with a model about an image, whoever loads it and whoever asks.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.app.talk;
