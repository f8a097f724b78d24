package dev.querent.nn.bert;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.torch.Torch;
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;

/** BERT's feed-forward path: norm(x + dense2(activation(dense1 x))). */
public final class BertFeedForward {

    private final BertSizes sizes;
    private final Linear in;
    private final Linear out;
    private final LayerNorm norm;

    /**
     * @param suffix behind {@code intermediate} and {@code output} where a layer has several paths; empty for BERT's own
     */
    public BertFeedForward(ParameterScope scope, String suffix, BertSizes sizes, Initializer initializer) {
        this.sizes = sizes;
        ParameterScope inner = scope.child("intermediate" + suffix).child("dense");
        in = Linear.of(inner, sizes.width(), sizes.mlp(), initializer);
        ParameterScope output = scope.child("output" + suffix);
        out = Linear.of(output.child("dense"), sizes.mlp(), sizes.width(), initializer);
        norm = new LayerNorm(output.child("LayerNorm"), sizes.width(), sizes.epsilon());
    }

    /** (R, T, D) -> (R, T, D) */
    public NDArray forward(NDArray x) {
        NDArray y = out.forward(sizes.activation().apply(in.forward(x)));
        return norm.forward(x.add(Tensors.dropout(y, Torch.recordsGradients() ? sizes.dropout() : 0)));
    }
}
