package dev.querent.language.t5;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.language.t5.T5Attention.KeysAndValues;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.Intermediates;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.RmsNorm;
import dev.querent.nn.Tensors;
import dev.querent.weights.ParameterScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** T5's decoder: everything under {@code decoder}. */
final class T5Decoder {

    private record Block(T5Attention attention, T5Attention across, T5FeedForward feedForward) {}

    private final RelativePositionBias bias;
    private final List<Block> blocks = new ArrayList<>();
    private final RmsNorm norm;

    T5Decoder(FlanT5.Config config, ParameterScope scope) {
        ParameterScope firstAttention =
                scope.child("block").child(0).child("layer").child(0).child("SelfAttention");
        bias = new RelativePositionBias(config, firstAttention, false);
        for (int block = 0; block < config.decoderLayers().orElse(config.layers()); block++) {
            ParameterScope layer = scope.child("block").child(block).child("layer");
            blocks.add(new Block(
                    new T5Attention(config, layer.child(0), "SelfAttention"),
                    new T5Attention(config, layer.child(1), "EncDecAttention"),
                    new T5FeedForward(config, layer.child(2))));
        }
        norm = new RmsNorm(scope.child("final_layer_norm"), config.width(), FlanT5.EPSILON);
    }

    int layers() {
        return blocks.size();
    }

    /** What each block's cross-attention reads, computed once: (B, H, L, Dh) each. */
    List<KeysAndValues> read(NDArray encoded) {
        return blocks.stream()
                .map(block -> block.across().keysAndValues(encoded))
                .toList();
    }

    /**
     * @param embeddings (B, T, Dl) of tokens that follow what the caches hold; used up
     * @param encoded of each block ({@link #read})
     * @param encodedMask additive, (B, 1, 1, L)
     * @param caches one a block, or none outside decoding
     * @param watch is shown the output of each block, freed afterwards unless gradients are recorded
     * @return (B, T, Dl)
     */
    NDArray forward(
            NDArray embeddings,
            List<KeysAndValues> encoded,
            NDArray encodedMask,
            double dropout,
            List<KeyValueCache> caches,
            Consumer<NDArray> watch) {
        NDManager manager = embeddings.getManager();
        int length = (int) embeddings.getShape().get(1);
        int keys = length + (caches.isEmpty() ? 0 : caches.get(0).length());
        // Padding comes behind the tokens, so the causal mask hides it from them.
        NDArray causal = AttentionMask.of(manager, 1, length, keys, (row, query, key) -> key <= query + keys - length);
        NDArray mask = causal.add(bias.forward(manager, length, keys)); // (1, H, T, keys)
        NDArray x = Tensors.dropout(embeddings, dropout);
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            Optional<KeyValueCache> cache = caches.isEmpty() ? Optional.empty() : Optional.of(caches.get(i));
            KeysAndValues read = encoded.get(i);
            x = Intermediates.freed(x, y -> {
                NDArray attended = block.attention().forward(y, mask, dropout, cache);
                NDArray crossed = block.across().across(attended, read, encodedMask, dropout);
                return block.feedForward().forward(crossed, dropout);
            });
            watch.accept(x);
        }
        return Tensors.dropout(norm.forward(x), dropout);
    }
}
