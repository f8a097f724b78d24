/**
 * What an experiment will need before it is run: parameters, operations, memory and time on named hardware. Models are built of
 * shapes alone. This is the one place beside the plugins that knows how the built-in architectures compute; of a plugin that it
 * doesn't know, parameters are counted and the rest is called not known. Letters: N visual tokens, Q query tokens, T text
 * tokens, Dv, Db and Dl widths, E shared space, V vocabulary, P patch side.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.app.plan;
