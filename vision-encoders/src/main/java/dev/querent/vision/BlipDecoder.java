package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.Embedding;
import dev.querent.nn.Intermediates;
import dev.querent.nn.KeyValue;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Tensors;
import dev.querent.nn.bert.BertHead;
import dev.querent.nn.bert.BertSizes;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** BLIP's text decoder, a BERT that sees the image in every layer: everything under {@code text_decoder}. */
final class BlipDecoder {

    private final int maxPositions;
    private final Embedding words;
    private final Embedding positions;
    private final LayerNorm norm;
    private final List<BlipLayer> layers = new ArrayList<>();
    private final BertHead head;

    BlipDecoder(Blip.Text config, int visionWidth, ParameterScope scope) {
        maxPositions = config.maxPositions();
        BertSizes sizes = config.sizes();
        Initializer normal = new Initializer.Normal(0.02);
        ParameterScope bert = scope.child("bert");
        ParameterScope embeddings = bert.child("embeddings");
        embeddings.ignore("position_ids");
        words = new Embedding(embeddings.child("word_embeddings"), config.vocabularySize(), sizes.width(), normal);
        positions = new Embedding(embeddings.child("position_embeddings"), maxPositions, sizes.width(), normal);
        norm = new LayerNorm(embeddings.child("LayerNorm"), sizes.width(), sizes.epsilon());
        for (int i = 0; i < config.layers(); i++) {
            ParameterScope layer = bert.child("encoder").child("layer").child(i);
            layers.add(new BlipLayer(layer, sizes, visionWidth, normal));
        }
        head = new BertHead(scope.child("cls").child("predictions"), sizes, normal, words.weight());
    }

    int layers() {
        return layers.size();
    }

    /** Of B images (B, N, Dv), what each layer attends to. */
    List<KeyValue> look(NDArray features) {
        return layers.stream().map(layer -> layer.look(features)).toList();
    }

    /**
     * Word and position embeddings, normed.
     *
     * @param ids (R, T)
     * @param first position of the first token
     * @return (R, T, D)
     */
    NDArray embed(NDManager owner, long[][] ids, int first) {
        int end = first + ids[0].length;
        if (end > maxPositions) {
            throw new IllegalArgumentException("the caption has " + end
                    + " tokens, [DEC] and prompt included; the captioner has " + maxPositions + " positions");
        }
        long[][] places = {LongStream.range(first, end).toArray()};
        return norm.forward(words.forward(Tensors.ofLongs(owner, ids))
                .add(positions.forward(Tensors.ofLongs(owner, places)))); // (R, T, D)
    }

    /**
     * Runs the layers.
     *
     * @param embedded (R, T, D); must not be used again
     * @param mask additive, broadcastable to (R, H, T, keys)
     * @param images what {@link #look} gave of B images
     * @param rows which of the images each row is about
     * @param caches one a layer, or none outside decoding
     * @return (R, T, D), what the head reads
     */
    NDArray forward(NDArray embedded, NDArray mask, List<KeyValue> images, int[] rows, List<KeyValueCache> caches) {
        boolean oneEach = Arrays.equals(
                rows,
                IntStream.range(0, (int) images.get(0).keys().getShape().get(0)).toArray());
        NDArray x = embedded;
        for (int i = 0; i < layers.size(); i++) {
            BlipLayer layer = layers.get(i);
            KeyValue seen = images.get(i);
            Optional<KeyValueCache> cache = caches.isEmpty() ? Optional.empty() : Optional.of(caches.get(i));
            x = Intermediates.freed(x, y -> {
                // copied for one layer at a time: kept for all, the beams of an image would multiply it
                KeyValue image = oneEach ? seen : seen.select(y.getManager(), rows);
                return layer.forward(y, mask, image, cache);
            });
        }
        return x;
    }

    /** (R, T, D) -> (R, T, V) fp32 */
    NDArray scores(NDArray hidden) {
        return Tensors.fp32(head.forward(hidden));
    }
}
