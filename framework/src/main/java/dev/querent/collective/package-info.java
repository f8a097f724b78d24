/**
 * Several processes that train one model: what they tell each other. One process per device; MPI carries the data.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.collective;
