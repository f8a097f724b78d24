/**
 * Settings as an untyped tree that knows the place of each value, read from YAML and written to it, and what is wrong with
 * them. Knows no plugin and no experiment. Leaf.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.config;
