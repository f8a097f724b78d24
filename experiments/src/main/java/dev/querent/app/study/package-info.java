/**
 * Studies: variants of one experiment, run with several seeds as processes of their own, and what they show together.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.app.study;
