package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.KeyValue;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.bert.BertAttention;
import dev.querent.nn.bert.BertFeedForward;
import dev.querent.nn.bert.BertSizes;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/** A layer of BLIP's decoder: self-attention, attention to the image, feed-forward path; BERT's, so post-norm. */
final class BlipLayer {

    private final BertAttention selfAttention;
    private final BertAttention crossAttention;
    private final BertFeedForward feedForward;

    BlipLayer(ParameterScope scope, BertSizes sizes, int visionWidth, Initializer initializer) {
        selfAttention = new BertAttention(scope.child("attention"), sizes, sizes.width(), initializer);
        crossAttention = new BertAttention(scope.child("crossattention"), sizes, visionWidth, initializer);
        feedForward = new BertFeedForward(scope, "", sizes, initializer);
    }

    /** (B, N, Dv) -> keys and values of B images */
    KeyValue look(NDArray features) {
        return crossAttention.keyValue(features);
    }

    /**
     * Applies the layer.
     *
     * @param x (R, T, D)
     * @param mask of the self-attention, additive, broadcastable to (R, H, T, keys)
     * @param image keys and values of R images
     * @param cache holds the keys and values of earlier positions; empty outside decoding
     * @return (R, T, D)
     */
    NDArray forward(NDArray x, NDArray mask, KeyValue image, Optional<KeyValueCache> cache) {
        KeyValue own = selfAttention.keyValue(x);
        KeyValue all = cache.map(held -> new KeyValue(held.appendKeys(own.keys()), held.appendValues(own.values())))
                .orElse(own);
        NDArray mixed = selfAttention.forward(x, all, Optional.of(mask));
        return feedForward.forward(crossAttention.forward(mixed, image, Optional.empty()));
    }
}
