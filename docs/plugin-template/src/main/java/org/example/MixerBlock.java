package org.example;

import ai.djl.ndarray.NDArray;
import dev.querent.nn.Activation;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.weights.ParameterScope;

/** One block of an MLP-Mixer: a perceptron over the patches of each channel, then one over the channels of each patch. */
final class MixerBlock {

    private static final double EPSILON = 1e-6;

    private final LayerNorm patchNorm;
    private final Linear patchIn;
    private final Linear patchOut;
    private final LayerNorm channelNorm;
    private final Linear channelIn;
    private final Linear channelOut;

    MixerBlock(ParameterScope scope, int patches, int width) {
        patchNorm = new LayerNorm(scope.child("norm1"), width, EPSILON);
        patchIn = Linear.of(scope.child("mlp_tokens").child("fc1"), patches, width / 2 + 1);
        patchOut = Linear.of(scope.child("mlp_tokens").child("fc2"), width / 2 + 1, patches);
        channelNorm = new LayerNorm(scope.child("norm2"), width, EPSILON);
        channelIn = Linear.of(scope.child("mlp_channels").child("fc1"), width, 4L * width);
        channelOut = Linear.of(scope.child("mlp_channels").child("fc2"), 4L * width, width);
    }

    /** (B, N, D) -> (B, N, D) */
    NDArray forward(NDArray x) {
        NDArray channels = patchNorm.forward(x).transpose(0, 2, 1); // (B, D, N)
        NDArray mixed = patchOut.forward(Activation.GELU.apply(patchIn.forward(channels)));
        NDArray y = x.add(mixed.transpose(0, 2, 1)); // (B, N, D)
        return y.add(channelOut.forward(Activation.GELU.apply(channelIn.forward(channelNorm.forward(y)))));
    }
}
