/**
 * BERT's layers, under the names of its public checkpoints: what Q-Former and BLIP's caption decoder are built of. Letters:
 * R rows, T tokens, H heads, Dh head size, D width, V vocabulary.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.nn.bert;
