package dev.querent.language.t5;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.Intermediates;
import dev.querent.nn.RmsNorm;
import dev.querent.nn.Tensors;
import dev.querent.weights.ParameterScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** T5's encoder: everything under {@code encoder}. */
final class T5Encoder {

    private record Block(T5Attention attention, T5FeedForward feedForward) {}

    private final RelativePositionBias bias;
    private final List<Block> blocks = new ArrayList<>();
    private final RmsNorm norm;

    T5Encoder(FlanT5.Config config, ParameterScope scope) {
        ParameterScope firstAttention =
                scope.child("block").child(0).child("layer").child(0).child("SelfAttention");
        bias = new RelativePositionBias(config, firstAttention, true);
        for (int block = 0; block < config.layers(); block++) {
            ParameterScope layer = scope.child("block").child(block).child("layer");
            blocks.add(new Block(
                    new T5Attention(config, layer.child(0), "SelfAttention"),
                    new T5FeedForward(config, layer.child(1))));
        }
        norm = new RmsNorm(scope.child("final_layer_norm"), config.width(), FlanT5.EPSILON);
    }

    /**
     * @param embeddings (B, L, Dl): soft prompt and prefix, whose positions count through; used up
     * @param keyMask (B, L), 1 for what may be attended to
     * @param watch is shown the output of each block, freed afterwards unless gradients are recorded
     * @return (B, L, Dl)
     */
    NDArray forward(NDArray embeddings, long[][] keyMask, double dropout, Consumer<NDArray> watch) {
        NDManager manager = embeddings.getManager();
        int length = keyMask[0].length;
        NDArray mask =
                AttentionMask.padding(manager, keyMask).add(bias.forward(manager, length, length)); // (B, H, L, L)
        NDArray x = Tensors.dropout(embeddings, dropout);
        for (Block block : blocks) {
            x = Intermediates.freed(x, y -> apply(block, y, mask, dropout));
            watch.accept(x);
        }
        return Intermediates.freed(x, y -> Tensors.dropout(norm.forward(y), dropout));
    }

    private static NDArray apply(Block block, NDArray x, NDArray mask, double dropout) {
        return block.feedForward().forward(block.attention().forward(x, mask, dropout, Optional.empty()), dropout);
    }
}
