/**
 * Annotated classes found on the class path and in jars, with typed configuration. Generic: names no kind. Leaf.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.plugin;
