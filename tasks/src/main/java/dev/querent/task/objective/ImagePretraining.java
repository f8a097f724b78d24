package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.model.MaskedImageEncoder;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Activation;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import dev.querent.training.Objective;
import dev.querent.weights.ParameterScope;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a vision encoder can learn from images alone: masked image modelling with a linear head on the pixels (as SimMIM, arXiv
 * 2111.09886) and contrast between two looks at one thing by the class token (as SimCLR, arXiv 2002.05709). Unlike SimMIM's
 * the error counts visible patches too: trained on missing ones alone, an encoder this small forgets what the visible ones
 * show (docs/decisions/0008).
 */
public final class ImagePretraining {

    private static final double NORM_EPSILON = 1e-5;
    private static final long PROJECTED_WIDTH = 64;

    private final VisionEncoder encoder;
    private final Settings settings;
    private final RunSeed seed;
    private final LayerNorm norm;
    private final NDArray maskToken; // (Dv)
    private final Linear pixelHead;
    private final Linear projectionIn;
    private final Linear projectionOut;

    /**
     * Weights of the objectives and what they need.
     *
     * @param reconstruction weight; 0 leaves it out
     * @param maskedShare probability that a patch is missing
     * @param contrastive weight; 0 leaves it out
     * @param temperature of the contrastive softmax
     */
    public record Settings(double reconstruction, double maskedShare, double contrastive, double temperature) {}

    /** @param scope gets the heads' parameters, which are dropped after pre-training */
    public ImagePretraining(VisionEncoder encoder, ParameterScope scope, Settings settings, RunSeed seed) {
        this.encoder = encoder;
        this.settings = settings;
        this.seed = seed;
        int width = encoder.width();
        norm = new LayerNorm(scope.child("norm"), width, NORM_EPSILON);
        maskToken = scope.parameter("mask_token", new dev.querent.weights.Initializer.Normal(0.02), width);
        pixelHead = Linear.of(scope.child("pixels"), width, 3L * encoder.patchSize() * encoder.patchSize());
        projectionIn = Linear.of(scope.child("projection").child(0), width, width);
        projectionOut = Linear.of(scope.child("projection").child(1), width, PROJECTED_WIDTH);
    }

    /**
     * Loss from one look at each image.
     *
     * @param pixels (B, 3, S, S)
     */
    public Objective.Loss loss(long step, NDArray pixels) {
        NDArray loss = reconstruction(step, pixels);
        return new Objective.Loss(Tensors.scale(loss, settings.reconstruction()), Map.of("reconstruction", loss));
    }

    /**
     * Loss from two looks at each of B different things.
     *
     * @param first (B, 3, S, S)
     * @param second (B, 3, S, S)
     */
    public Objective.Loss loss(long step, NDArray first, NDArray second) {
        Map<String, NDArray> parts = new LinkedHashMap<>();
        NDArray contrastive = contrastive(first, second);
        parts.put("contrastive", contrastive);
        NDArray total = Tensors.scale(contrastive, settings.contrastive());
        if (settings.reconstruction() > 0) {
            NDArray reconstruction = reconstruction(step, first);
            parts.put("reconstruction", reconstruction);
            total = total.add(Tensors.scale(reconstruction, settings.reconstruction()));
        }
        return new Objective.Loss(total, parts);
    }

    private NDArray reconstruction(long step, NDArray pixels) {
        if (!(encoder instanceof MaskedImageEncoder masked)) {
            throw new IllegalStateException("validation lets no other encoder through");
        }
        NDManager owner = pixels.getManager();
        NDArray targets = Tensors.patches(pixels, encoder.patchSize()); // (B, N - 1, 3 P P)
        NDArray hidden = hidden(owner, step, (int) targets.getShape().get(0), (int)
                targets.getShape().get(1));
        NDArray tokens = norm.forward(masked.encodeMasked(pixels, hidden, maskToken)); // (B, N, Dv)
        NDArray predicted = pixelHead.forward(Tensors.slice(tokens, 1, 1, encoder.tokens())); // (B, N - 1, 3 P P)
        return Tensors.meanSquare(predicted, targets);
    }

    private NDArray hidden(NDManager owner, long step, int rows, int patches) {
        FloatBuffer values = FloatBuffer.allocate(rows * patches);
        SplittableRandom random = seed.generator(Purpose.MASKING, step);
        for (int i = 0; i < rows * patches; i++) {
            values.put(random.nextDouble() < settings.maskedShare() ? 1 : 0);
        }
        return Torch.tensor(owner, values.flip(), rows, patches, 1);
    }

    private NDArray contrastive(NDArray first, NDArray second) {
        NDArray a = project(first); // (B, E)
        NDArray b = project(second);
        NDArray similarity = Tensors.scale(a.matMul(b.transpose()), 1 / settings.temperature()); // (B, B)
        NDArray targets =
                first.getManager().arange((float) similarity.getShape().get(0));
        NDArray own = targets.toType(ai.djl.ndarray.types.DataType.INT64, false);
        NDArray both =
                Tensors.crossEntropy(similarity, own, 0).add(Tensors.crossEntropy(similarity.transpose(), own, 0));
        return Tensors.scale(both, 0.5);
    }

    private NDArray project(NDArray pixels) {
        NDArray tokens = norm.forward(encoder.encode(pixels)); // (B, N, Dv)
        NDArray classToken = Tensors.slice(tokens, 1, 0, 1).squeeze(1); // (B, Dv)
        return Tensors.unitLength(projectionOut.forward(Activation.GELU.apply(projectionIn.forward(classToken))));
    }
}
