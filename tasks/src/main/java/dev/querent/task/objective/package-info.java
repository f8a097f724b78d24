/**
 * The losses of BLIP-2, one class each, so that an ablation leaves one out instead of editing a method. Letters: B batch,
 * Q query tokens, T text tokens, E shared space.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.task.objective;
