/**
 * Finished runs beside each other: what differs between two, and what none of them needs.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.app.runs;
