package dev.querent.nn.bert;

import dev.querent.nn.Activation;

/**
 * Sizes that BERT's layers have in common.
 *
 * @param width D
 * @param heads of attention; divide the width
 * @param mlp width of the feed-forward layer
 * @param activation of feed-forward layer and head
 * @param dropout in training
 * @param epsilon added to variances in layer norms
 */
public record BertSizes(int width, int heads, int mlp, Activation activation, double dropout, double epsilon) {}
