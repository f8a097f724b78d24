/**
 * Counter-based randomness: every random choice is a function of the run's seed, its purpose and where it is made, never
 * of how many numbers were drawn before. So a resumed run repeats what an unbroken one does. Leaf.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.random;
