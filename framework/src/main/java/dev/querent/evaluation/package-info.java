/**
 * How evaluation meets its images: usable samples of a split, and their visual features batch by batch. Letters: B batch, N
 * visual tokens, Dv width, S image side.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.evaluation;
