/**
 * Images as 8-bit RGB: decoding within limits, resizing, cropping, normalising to (3, S, S).
 */
@org.jspecify.annotations.NullMarked
package dev.querent.image;
