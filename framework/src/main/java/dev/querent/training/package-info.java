/**
 * The training loop, the optimiser and resumable checkpoints. Knows objectives only by their interface.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.training;
