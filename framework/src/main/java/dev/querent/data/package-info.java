/**
 * Data sets, their samples, and the order in which training meets them. Uses image, text and random.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.data;
