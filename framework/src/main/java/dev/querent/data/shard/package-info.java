/**
 * Samples in tar files (WebDataset's shards), read by position: an index beside each file says where every sample begins. Uses
 * progress.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.data.shard;
