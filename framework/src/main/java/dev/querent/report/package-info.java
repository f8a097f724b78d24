/**
 * A run's report: tables, curves and sample pictures.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.report;
