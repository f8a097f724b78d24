/**
 * What a step of a pipeline is: plain Java that tasks implement.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.step;
