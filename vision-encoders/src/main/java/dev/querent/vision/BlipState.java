package dev.querent.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.CachedDecoder;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.KeyValue;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Captions in the making: keys and values of the images, once each, and of the tokens of every row so far. */
final class BlipState implements CachedDecoder.State {

    private final BlipDecoder decoder;
    private final List<KeyValue> images;
    private final List<KeyValueCache> caches = new ArrayList<>();
    private int[] imageOfRow;
    private int position;

    /**
     * @param manager holds keys and values, {@code images} too
     * @param images of each layer, B images
     */
    BlipState(NDManager manager, BlipDecoder decoder, List<KeyValue> images) {
        this.decoder = decoder;
        this.images = images;
        imageOfRow =
                IntStream.range(0, (int) images.get(0).keys().getShape().get(0)).toArray();
        for (int layer = 0; layer < decoder.layers(); layer++) {
            caches.add(new KeyValueCache(manager));
        }
    }

    /**
     * Reads tokens of every row.
     *
     * @param ids (R, T)
     * @return (R, V) scores after the last one
     */
    NDArray read(NDManager owner, long[][] ids) {
        int length = ids[0].length;
        NDArray embedded = decoder.embed(owner, ids, position);
        position += length;
        long[][] all = {ones(position)};
        NDArray mask = AttentionMask.causal(owner, all, length); // (1, 1, T, keys)
        NDArray hidden = decoder.forward(embedded, mask, images, imageOfRow, caches);
        return decoder.scores(Tensors.slice(hidden, 1, length - 1, length)).squeeze(1);
    }

    private static long[] ones(int length) {
        long[] ones = new long[length];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Override
    public NDArray next(NDManager owner, long[] tokens) {
        return read(
                owner,
                Arrays.stream(tokens).mapToObj(token -> new long[] {token}).toArray(long[][]::new));
    }

    @Override
    public void select(int[] rows) {
        int[] before = imageOfRow;
        imageOfRow = Arrays.stream(rows).map(row -> before[row]).toArray();
        caches.forEach(cache -> cache.select(rows));
    }
}
