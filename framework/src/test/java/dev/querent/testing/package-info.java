/** Contracts that every plugin of a kind fulfils and helpers for numeric tests; published as a test-jar. */
@org.jspecify.annotations.NullMarked
package dev.querent.testing;
