/**
 * Event files, as TensorBoard reads them: written by hand, since a record is a length, two checksums and a small message. Leaf.
 */
@NullMarked
package dev.querent.tensorboard;

import org.jspecify.annotations.NullMarked;
