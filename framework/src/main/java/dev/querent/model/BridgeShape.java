package dev.querent.model;

/**
 * What a bridge joins.
 *
 * @param visionWidth Dv
 * @param visionTokens N
 * @param languageWidth Dl
 */
public record BridgeShape(int visionWidth, int visionTokens, int languageWidth) {}
