/**
 * Features of the frozen encoder, computed once for all runs that share it. Letters: B batch, N visual tokens, Dv width.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.task.caching;
