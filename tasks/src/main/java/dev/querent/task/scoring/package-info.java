/**
 * Scores prediction files that came from anywhere: reads the data sets' own annotation files and result files strictly, record
 * by record, and gives what the official scorers print. The arithmetic is that of {@code task.metric}.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.task.scoring;
