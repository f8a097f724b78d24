/** Vision transformers. Letters: B batch, N visual tokens (class token first), Dv width, S image side, P patch side. */
@org.jspecify.annotations.NullMarked
package dev.querent.vision;
