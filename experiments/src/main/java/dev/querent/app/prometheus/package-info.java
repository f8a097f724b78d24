/**
 * What long work says of itself to Prometheus. A run's state is read from its folder when it is asked for, so that the work itself knows
 * nothing of it.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.app.prometheus;
