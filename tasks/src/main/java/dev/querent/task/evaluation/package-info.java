/**
 * What a trained model is worth: retrieval, captioning, questions, and what its query outputs still tell. Letters: B batch,
 * R pairs, N visual tokens, Q query tokens, T texts, E shared space, K candidates, D width, C classes.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.task.evaluation;
