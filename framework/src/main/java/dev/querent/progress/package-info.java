/**
 * How long work is watched and stopped. Leaf.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.progress;
