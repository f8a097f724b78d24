package dev.querent.task.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
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
import dev.querent.weights.Initializer;
import dev.querent.weights.ParameterScope;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a vision encoder can learn from images alone: masked image modelling with a linear head on the pixels (as SimMIM, arXiv
 * 2111.09886) and contrast between two looks at one thing by the class token (as SimCLR, arXiv 2002.05709). Unlike SimMIM's
 * the error counts visible patches too: trained on missing ones alone, an encoder this small forgets what the visible ones
 * show (docs/decisions/0008). Both need little of where a patch lies, and an encoder this small then says next to nothing of
 * it. A third objective asks for it: which of all places a patch's token stands at (as jigsaws, arXiv 1603.09246, MP3, arXiv
 * 2207.07611, and DropPos, arXiv 2309.03576, do with tokens whose positions are withheld; here they are given and must reach
 * the output, docs/decisions/0011).
 */
public final class ImagePretraining {

    private static final String RECONSTRUCTION = "reconstruction";
    private static final String POSITION = "position";
    private static final String CONTRASTIVE = "contrastive";
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
    private final NDArray places; // (N - 1, Dv)

    /**
     * Weights of the objectives and what they need.
     *
     * @param reconstruction weight; 0 leaves it out
     * @param maskedShare probability that a patch is missing
     * @param position weight; 0 leaves it out
     * @param contrastive weight; 0 leaves it out
     * @param temperature of the softmaxes of position and contrast
     */
    public record Settings(
            double reconstruction, double maskedShare, double position, double contrastive, double temperature) {

        private double weight(String part) {
            return switch (part) {
                case RECONSTRUCTION -> reconstruction;
                case POSITION -> position;
                case CONTRASTIVE -> contrastive;
                default -> throw new IllegalArgumentException(part);
            };
        }
    }

    /** @param scope gets the heads' parameters, which are dropped after pre-training */
    public ImagePretraining(VisionEncoder encoder, ParameterScope scope, Settings settings, RunSeed seed) {
        this.encoder = encoder;
        this.settings = settings;
        this.seed = seed;
        int width = encoder.width();
        norm = new LayerNorm(scope.child("norm"), width, NORM_EPSILON);
        maskToken = scope.parameter("mask_token", new Initializer.Normal(0.02), width);
        pixelHead = Linear.of(scope.child("pixels"), width, 3L * encoder.patchSize() * encoder.patchSize());
        projectionIn = Linear.of(scope.child("projection").child(0), width, width);
        projectionOut = Linear.of(scope.child("projection").child(1), width, PROJECTED_WIDTH);
        places = scope.parameter("places", new Initializer.Normal(0.02), encoder.tokens() - 1, width);
    }

    /**
     * Loss from one look at each image.
     *
     * @param pixels (B, 3, S, S)
     */
    public Objective.Loss loss(long step, NDArray pixels) {
        return weighted(ofPatches(step, pixels));
    }

    /**
     * Loss from two looks at each of B different things.
     *
     * @param first (B, 3, S, S)
     * @param second (B, 3, S, S)
     */
    public Objective.Loss loss(long step, NDArray first, NDArray second) {
        Map<String, NDArray> parts = new LinkedHashMap<>();
        parts.put(CONTRASTIVE, contrastive(first, second));
        if (settings.reconstruction() + settings.position() > 0) {
            parts.putAll(ofPatches(step, first));
        }
        return weighted(parts);
    }

    private Objective.Loss weighted(Map<String, NDArray> parts) {
        NDArray total = parts.entrySet().stream()
                .map(part -> Tensors.scale(part.getValue(), settings.weight(part.getKey())))
                .reduce(NDArray::add)
                .orElseThrow();
        return new Objective.Loss(total, parts);
    }

    /** The objectives that read the patches' tokens of an image with some patches missing. */
    private Map<String, NDArray> ofPatches(long step, NDArray pixels) {
        if (!(encoder instanceof MaskedImageEncoder masked)) {
            throw new IllegalStateException("validation lets no other encoder through");
        }
        int images = (int) pixels.getShape().get(0);
        NDArray hidden = hidden(pixels.getManager(), step, images, encoder.tokens() - 1);
        NDArray tokens = Tensors.slice(masked.encodeMasked(pixels, hidden, maskToken), 1, 1, encoder.tokens());
        Map<String, NDArray> parts = new LinkedHashMap<>();
        if (settings.reconstruction() > 0) {
            parts.put(RECONSTRUCTION, reconstruction(tokens, pixels));
        }
        if (settings.position() > 0) {
            parts.put(POSITION, position(tokens));
        }
        return parts;
    }

    private NDArray reconstruction(NDArray tokens, NDArray pixels) {
        NDArray targets = Tensors.patches(pixels, encoder.patchSize()); // (B, N - 1, 3 P P)
        return Tensors.meanSquare(pixelHead.forward(norm.forward(tokens)), targets);
    }

    /** Of the tokens as they are, without the heads' norm: what all tokens share must not drown what tells places apart. */
    private NDArray position(NDArray tokens) {
        NDManager owner = tokens.getManager();
        int images = (int) tokens.getShape().get(0);
        int patches = (int) tokens.getShape().get(1);
        NDArray directions = Tensors.unitLength(Tensors.reshape(owner, places, patches, encoder.width()));
        NDArray similarity = Tensors.unitLength(tokens).matMul(directions.transpose()); // (B, N - 1, N - 1)
        LongBuffer own = LongBuffer.allocate(images * patches);
        for (int i = 0; i < images * patches; i++) {
            own.put(i % patches);
        }
        NDArray targets = Torch.tensor(owner, own.flip(), images, patches);
        return Tensors.crossEntropy(Tensors.scale(similarity, 1 / settings.temperature()), targets, 0);
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
        NDArray own = targets.toType(DataType.INT64, false);
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
