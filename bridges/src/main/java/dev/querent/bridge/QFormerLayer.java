package dev.querent.bridge;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.KeyValue;
import dev.querent.nn.LayerNorm;
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
     * @param hidden (B, Q, Db)
     * @param keyValue of its self-attention over the queries, for a later pass to attend to
     */
    record Result(NDArray hidden, KeyValue keyValue) {}

    /**
     * Keys and values of the image for this layer, where it has cross-attention.
     *
     * @param norm of the features
     * @param features (B, N, Dv) from the encoder
     */
    Optional<KeyValue> imageKeyValue(LayerNorm norm, NDArray features) {
        return crossAttention.map(attention -> attention.keyValue(norm, features));
    }

    /**
     * Runs the layer on queries alone.
     *
     * @param hidden (B, Q, Db)
     * @param image keys and values of the B images, where the layer has cross-attention
     */
    Result forward(NDArray hidden, Optional<KeyValue> image) {
        KeyValue own = selfAttention.keyValue(hidden);
        NDArray mixed = selfAttention.forward(hidden, own, Optional.empty());
        NDArray seen = crossAttention
                .map(attention -> attention.forward(mixed, image.orElseThrow(), Optional.empty()))
                .orElse(mixed);
        return new Result(queryPath.forward(seen), own);
    }

    /**
     * Where the queries look in this layer's cross-attention.
     *
     * @param hidden (B, Q, Db) as {@link #forward(NDArray, Optional)} takes it
     * @param image keys and values of the B images
     * @return (B, H, Q, N) fp32, rows that sum to 1
     */
    NDArray imageWeights(NDArray hidden, KeyValue image) {
        NDArray mixed = selfAttention.forward(hidden, selfAttention.keyValue(hidden), Optional.empty());
        BertAttention attention = crossAttention.orElseThrow();
        return attention.weights(attention.queries(mixed), image);
    }

    /**
     * A pass over several rows of queries and text, or of text alone.
     *
     * @param mask for the self-attention, additive
     * @param images what the rows look at; empty for text alone
     */
    record Pass(Packing packing, NDArray mask, Optional<ImageGroups> images) {}

    /**
     * Runs the layer on packed positions.
     *
     * @param x (positions, Db)
     * @param kept the positions K that are gone on with
     * @param image keys and values of the images, where the pass has some and the layer cross-attention
     * @param past positions in front of each row that take part in the self-attention
     * @return (K, Db)
     */
    NDArray forward(NDArray x, Pass pass, Packing.Kept kept, Optional<KeyValue> image, Optional<KeyValue> past) {
        Packing packing = pass.packing();
        KeyValue own = selfAttention.keyValue(x, packing::rows);
        KeyValue attended = past.map(earlier -> earlier.before(own)).orElse(own);
        NDArray asked = packing.rows(selfAttention.queries(x)); // (R, Q + T, Db)
        NDArray mixed = selfAttention.attend(asked, attended, Optional.of(pass.mask())); // (R, Q + T, Db)
        NDArray y = selfAttention.added(kept.of(x), kept.fromRows(mixed)); // (K, Db)
        long queries = kept.queries();
        long length = y.getShape().get(0);
        if (queries == 0) {
            return textPath().forward(y);
        }
        NDArray queryPart = queries == length ? y : Tensors.slice(y, 0, 0, queries); // (R * Q, Db)
        if (crossAttention.isPresent()) {
            BertAttention attention = crossAttention.get();
            NDArray seen =
                    pass.images().orElseThrow().attend(attention, attention.queries(queryPart), image.orElseThrow());
            queryPart = attention.added(queryPart, seen);
        }
        NDArray queryOut = queryPath.forward(queryPart);
        if (queries == length) {
            return queryOut;
        }
        NDArray textOut = textPath().forward(Tensors.slice(y, 0, queries, length));
        return Tensors.concatenate(x.getManager(), 0, queryOut, textOut);
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

    private BertFeedForward textPath() {
        return textPath.orElseThrow(QFormer::withoutText);
    }
}
