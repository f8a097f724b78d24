package dev.querent.model;

import java.util.OptionalInt;

/**
 * What a bridge joins.
 *
 * @param visionWidth Dv
 * @param visionTokens N
 * @param languageWidth Dl; empty where no language model is wired, so that only representations can be learned
 */
public record BridgeShape(int visionWidth, int visionTokens, OptionalInt languageWidth) {}
