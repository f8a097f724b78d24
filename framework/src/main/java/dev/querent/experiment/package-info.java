/**
 * Experiment files: loaded, overridden, bound, validated; and the folder of a run.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.experiment;
