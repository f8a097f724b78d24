package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.KeyValue;
import dev.querent.nn.Tensors;
import dev.querent.nn.bert.BertAttention;
import dev.querent.nn.bert.BertFeedForward;
import dev.querent.nn.bert.BertSizes;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.Optional;

/**
 * One layer: self-attention over queries and text together, cross-attention to the image for the queries alone (in some
 * layers), then a feed-forward path for the queries and another for the text. Post-norm throughout.
 */
final class QFormerLayer {

    private final BertAttention selfAttention;
    private final Optional<BertAttention> crossAttention;
    private final BertFeedForward queryPath;
    private final Optional<BertFeedForward> textPath;

    /**
     * @param crosses whether the queries attend to the image
     * @param readsText whether it has a feed-forward path for text
     */
    QFormerLayer(ParameterScope scope, QFormer.Config config, int visionWidth, boolean crosses, boolean readsText) {
        BertSizes sizes = config.bert();
        Initializer normal = new Initializer.Normal(config.initialStd());
        selfAttention = new BertAttention(scope.child("attention"), sizes, config.width(), normal);
        crossAttention = crosses
                ? Optional.of(new BertAttention(
                        scope.child("crossattention"),
                        sizes,
                        visionWidth,
                        new Initializer.Normal(config.crossAttentionStd())))
                : Optional.empty();
        queryPath = new BertFeedForward(scope, "_query", sizes, normal);
        textPath = readsText ? Optional.of(new BertFeedForward(scope, "", sizes, normal)) : Optional.empty();
    }

    /**
     * What a layer gives.
     *
     * @param hidden (R, Q + T, Db)
     * @param keyValue of its self-attention over the positions it was given, for a later pass to attend to
     */
    record Result(NDArray hidden, KeyValue keyValue) {}

    /**
     * Keys and values of the image for this layer, where it has cross-attention.
     *
     * @param features (B, N, Dv) normed
     */
    Optional<KeyValue> imageKeyValue(NDArray features) {
        return crossAttention.map(attention -> attention.keyValue(features));
    }

    /**
     * Runs the layer.
     *
     * @param hidden (R, Q + T, Db), queries first
     * @param queries how many of the positions are queries; 0 for text alone
     * @param mask for the self-attention, additive
     * @param image keys and values of R images; needed where there are queries
     * @param past positions in front of these that take part in the self-attention
     */
    Result forward(
            NDArray hidden, int queries, Optional<NDArray> mask, Optional<KeyValue> image, Optional<KeyValue> past) {
        KeyValue own = selfAttention.keyValue(hidden);
        KeyValue attended = past.map(earlier -> earlier.before(own)).orElse(own);
        NDArray mixed = selfAttention.forward(hidden, attended, mask);
        return new Result(feedForward(mixed, queries, image), own);
    }

    /**
     * Runs the layer on text whose earlier keys and values are held elsewhere.
     *
     * @param hidden (R, 1, Db)
     * @param attended everything that the position may see, itself included
     */
    NDArray forwardText(NDArray hidden, KeyValue attended) {
        return textPath().forward(selfAttention.forward(hidden, attended, Optional.empty()));
    }

    KeyValue keyValue(NDArray hidden) {
        return selfAttention.keyValue(hidden);
    }

    private NDArray feedForward(NDArray mixed, int queries, Optional<KeyValue> image) {
        if (queries == 0) {
            return textPath().forward(mixed);
        }
        NDManager owner = mixed.getManager();
        long length = mixed.getShape().get(1);
        NDArray queryPart = length == queries ? mixed : Tensors.slice(mixed, 1, 0, queries); // (R, Q, Db)
        if (crossAttention.isPresent()) {
            queryPart = crossAttention.get().forward(queryPart, image.orElseThrow(), Optional.empty());
        }
        NDArray queryOut = queryPath.forward(queryPart);
        if (length == queries) {
            return queryOut;
        }
        NDArray textOut = textPath().forward(Tensors.slice(mixed, 1, queries, length)); // (R, T, Db)
        return Tensors.concatenate(owner, 1, queryOut, textOut); // (R, Q + T, Db)
    }

    private BertFeedForward textPath() {
        return textPath.orElseThrow(QFormer::withoutText);
    }
}
