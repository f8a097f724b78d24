/**
 * Metrics over predictions.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.evaluation;
