/**
 * What evaluation is made of below the level of steps: images as an encoder reads them, and regressions on features. Letters:
 * B batch, S image side, n samples, D features, C targets.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.evaluation;
