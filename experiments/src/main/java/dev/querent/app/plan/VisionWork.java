package dev.querent.app.plan;

import dev.querent.experiment.PluginSetting;
import dev.querent.vision.ClipVit;
import dev.querent.vision.EvaClipVit;
import java.util.Optional;

/**
 * A vision transformer's work.
 *
 * @param blocks that are computed
 * @param tokens N
 * @param patchSize P
 */
record VisionWork(TransformerLayer layer, int blocks, int tokens, int patchSize) {

    /** Empty for a plugin from elsewhere. */
    static Optional<VisionWork> of(PluginSetting setting) {
        if (setting.config() instanceof ClipVit.Config config) {
            return Optional.of(new VisionWork(
                    layer(setting, config.width(), config.heads(), config.mlp()),
                    config.layers() - config.skippedBlocks(),
                    tokens(config.imageSize(), config.patchSize()),
                    config.patchSize()));
        }
        if (setting.config() instanceof EvaClipVit.Config config) {
            return Optional.of(new VisionWork(
                    layer(setting, config.width(), config.heads(), config.mlp()),
                    config.layers(),
                    tokens(config.imageSize(), config.patchSize()),
                    config.patchSize()));
        }
        return Optional.empty();
    }

    private static TransformerLayer layer(PluginSetting setting, int width, int heads, int mlp) {
        return new TransformerLayer(width, heads, (double) width / heads, mlp, false, setting.precision());
    }

    private static int tokens(int imageSize, int patchSize) {
        int side = imageSize / patchSize;
        return side * side + 1;
    }

    /** From pixels to features, each layer once. */
    Work encode(Graph graph) {
        return encode(graph, false);
    }

    /** From pixels to features. */
    Work encode(Graph graph, boolean recompute) {
        return Work.of(
                graph.linear(tokens - 1, 3.0 * patchSize * patchSize, layer.width()),
                layer.stack(layer.block(graph, tokens), blocks, tokens, recompute));
    }
}
