package dev.querent.language.t5;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Embedding;
import dev.querent.nn.Tensors;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/**
 * T5's positions: a number for each head and each bucket of distances, added to the attention scores. Near distances have
 * a bucket each, far ones share buckets that widen logarithmically. Parameter: {@code relative_attention_bias.weight}
 * (buckets, H).
 */
final class RelativePositionBias {

    private final Embedding table;
    private final boolean bothDirections;
    private final int buckets;
    private final int maxDistance;

    /**
     * @param bothDirections whether keys after the query have buckets of their own (encoder); otherwise they all share
     *     bucket 0, which the causal mask hides (decoder)
     */
    RelativePositionBias(FlanT5.Config config, ParameterScope attention, boolean bothDirections) {
        this.bothDirections = bothDirections;
        buckets = config.positionBuckets();
        maxDistance = config.maxDistance();
        table = new Embedding(
                attention.child("relative_attention_bias"),
                buckets,
                config.heads(),
                new Initializer.Normal(1 / Math.sqrt((double) config.width())));
    }

    /**
     * The queries are the last of the keys.
     *
     * @return (1, H, queries, keys), owned by {@code owner}
     */
    NDArray forward(NDManager owner, int queries, int keys) {
        long[][] ids = new long[queries][keys];
        for (int query = 0; query < queries; query++) {
            for (int key = 0; key < keys; key++) {
                ids[query][key] = bucket(key - (query + keys - queries), bothDirections, buckets, maxDistance);
            }
        }
        return table.forward(Tensors.ofLongs(owner, ids)) // (queries, keys, H)
                .transpose(2, 0, 1)
                .expandDims(0);
    }

    /**
     * @param distance key's position minus query's
     */
    static int bucket(int distance, boolean bothDirections, int buckets, int maxDistance) {
        int available = bothDirections ? buckets / 2 : buckets;
        int first = bothDirections && distance > 0 ? available : 0;
        int away = bothDirections ? Math.abs(distance) : Math.max(0, -distance);
        int exact = available / 2;
        if (away < exact) {
            return first + away;
        }
        // In single precision like the reference: at powers of two the result is a whole number before truncation.
        float share = (float) Math.log((float) away / exact) / (float) Math.log((double) maxDistance / exact);
        return first + Math.min(available - 1, exact + (int) (share * (available - exact)));
    }
}
