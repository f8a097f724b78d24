/**
 * What a run leaves for readers: results and predictions of its steps, and a report with tables, loss curves and sample
 * pictures. Reads run folders, without trust; needs no model.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.report;
