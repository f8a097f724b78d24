/**
 * The training steps: a vision encoder and a language model each on their own, then the two stages of BLIP-2. Letters: B
 * batch, N visual tokens, Dv and Dl widths, Q query tokens.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.task.pretraining;
