/**
 * Parameters by the names of the public checkpoints: read, initialised, registered, written. Uses torch and random.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.weights;
