/**
 * Runs an experiment as one Spring Batch job. The one package of the framework that sees Spring.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.pipeline;
