/**
 * What predictions are worth: recall, balanced accuracy, agreement of texts, area under the ROC curve. Plain arithmetic on
 * plain values; shares run from 0 to 1.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.task.metric;
