package dev.querent.language.opt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.nn.AttentionMask;
import dev.querent.nn.Embedding;
import dev.querent.nn.Intermediates;
import dev.querent.nn.KeyValueCache;
import dev.querent.nn.LayerNorm;
import dev.querent.nn.Linear;
import dev.querent.nn.Tensors;
import dev.querent.weights.ParameterScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Embeddings, layers and tied head of an OPT: everything under {@code model.decoder}. */
final class OptStack {

    private final int maxPositions;
    private final Embedding tokens;
    private final Embedding positions;
    private final Optional<Linear> projectIn;
    private final List<OptLayer> layers = new ArrayList<>();
    private final Optional<LayerNorm> norm;
    private final Optional<Linear> projectOut;
    private final Linear head;

    OptStack(Opt.Config config, int vocabulary, ParameterScope scope) {
        int width = config.hiddenSize();
        int embeddingWidth = config.embeddingWidth();
        maxPositions = config.maxPositions();
        tokens = new Embedding(scope.child("embed_tokens"), vocabulary, embeddingWidth, config.initialisation());
        positions = new Embedding(
                scope.child("embed_positions"), maxPositions + OptText.POSITION_OFFSET, width, config.initialisation());
        boolean projects = embeddingWidth != width;
        projectIn = projects
                ? Optional.of(projection(config, scope, "project_in", embeddingWidth, width))
                : Optional.empty();
        for (int layer = 0; layer < config.layers(); layer++) {
            layers.add(new OptLayer(config, scope.child("layers").child(layer)));
        }
        norm = config.layerNormBefore()
                ? Optional.of(new LayerNorm(scope.child("final_layer_norm"), width, 1e-5))
                : Optional.empty();
        projectOut = projects
                ? Optional.of(projection(config, scope, "project_out", width, embeddingWidth))
                : Optional.empty();
        head = Linear.tied(tokens.weight());
    }

    private static Linear projection(Opt.Config config, ParameterScope scope, String name, int in, int out) {
        return Linear.withoutBias(scope.child(name), in, out, config.initialisation());
    }

    /** (B, T) int64 -> (B, T, Dl) */
    NDArray embed(NDArray ids) {
        return tokens.forward(ids);
    }

    /**
     * @param embeddings (B, L, Dl): soft prompt and tokens
     * @param keyMask (B, keys), 1 for what may be attended to: these L positions and, before them, what the caches hold
     * @param caches one a layer, or none outside decoding
     * @param watch is shown the output of each layer, (B, L, D), which is freed afterwards unless gradients are recorded
     * @return (B, L, Dl), what the head reads
     */
    NDArray forward(
            NDArray embeddings, long[][] keyMask, double dropout, List<KeyValueCache> caches, Consumer<NDArray> watch) {
        NDManager manager = embeddings.getManager();
        int length = (int) embeddings.getShape().get(1);
        if (keyMask.length > 0 && keyMask[0].length > maxPositions) {
            throw new IllegalArgumentException("the sequence has " + keyMask[0].length
                    + " positions, soft prompt included; the model has " + maxPositions);
        }
        NDArray mask = AttentionMask.causal(manager, keyMask, length); // (B, 1, L, keys)
        NDArray places = positions.forward(Tensors.ofLongs(manager, OptText.positions(keyMask, length))); // (B, L, D)
        NDArray x =
                projectIn.map(in -> in.forward(embeddings)).orElse(embeddings).add(places);
        for (int i = 0; i < layers.size(); i++) {
            OptLayer layer = layers.get(i);
            Optional<KeyValueCache> cache = caches.isEmpty() ? Optional.empty() : Optional.of(caches.get(i));
            x = Intermediates.freed(x, y -> layer.forward(y, mask, dropout, cache));
            watch.accept(x);
        }
        NDArray last = x;
        NDArray normed = norm.map(n -> n.forward(last)).orElse(last);
        return projectOut.map(out -> out.forward(normed)).orElse(normed);
    }

    /** (..., Dl) -> (..., V) fp32 */
    NDArray scores(NDArray hidden) {
        return Tensors.fp32(head.forward(hidden));
    }

    int layers() {
        return layers.size();
    }
}
