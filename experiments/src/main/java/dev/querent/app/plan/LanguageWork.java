package dev.querent.app.plan;

import dev.querent.experiment.PluginSetting;
import dev.querent.language.opt.Opt;
import dev.querent.language.t5.FlanT5;
import java.util.Optional;

/** A language model's work. Texts are taken to be as long as the settings let them: a batch is padded to its longest. */
interface LanguageWork {

    /**
     * The loss of a text.
     *
     * @param promptLength Q, 0 without a soft prompt
     * @param prefixShare how much of the longest text a prefix may take, from 0 to 1
     * @param recompute whether each layer is computed twice to keep less
     */
    Work loss(Graph graph, int promptLength, double prefixShare, boolean recompute);

    /**
     * Empty for a plugin from elsewhere.
     *
     * @param tokens of the tokenizer
     */
    static Optional<LanguageWork> of(PluginSetting setting, int tokens) {
        if (setting.config() instanceof Opt.Config config) {
            TransformerLayer layer = new TransformerLayer(
                    config.hiddenSize(),
                    config.heads(),
                    (double) config.hiddenSize() / config.heads(),
                    config.feedForwardSize(),
                    false,
                    setting.precision());
            return Optional.of(new OfOpt(layer, config, config.vocabularySize().orElse(tokens)));
        }
        if (setting.config() instanceof FlanT5.Config config) {
            TransformerLayer layer = new TransformerLayer(
                    config.width(),
                    config.heads(),
                    config.headSize(),
                    config.feedForwardSize(),
                    true,
                    setting.precision());
            return Optional.of(new OfT5(layer, config, config.vocabularySize().orElse(tokens)));
        }
        return Optional.empty();
    }

    /** One sequence of soft prompt and text; the text's places are scored. */
    record OfOpt(TransformerLayer layer, Opt.Config config, int vocabulary) implements LanguageWork {
        @Override
        public Work loss(Graph graph, int promptLength, double prefixShare, boolean recompute) {
            int text = Math.min(config.maxTextTokens(), config.maxPositions() - promptLength);
            int length = promptLength + text;
            int outside = config.embeddingSize().orElse(config.hiddenSize());
            Work projections = outside == config.hiddenSize()
                    ? Work.NONE
                    : graph.linear(length, outside, 2.0 * config.hiddenSize());
            return Work.of(
                    layer.stack(layer.block(graph, length), config.layers(), length, recompute),
                    projections,
                    TransformerLayer.scores(graph, text, outside, vocabulary));
        }
    }

    /** The encoder reads soft prompt and prefix, the decoder them and the target. */
    record OfT5(TransformerLayer layer, FlanT5.Config config, int vocabulary) implements LanguageWork {
        @Override
        public Work loss(Graph graph, int promptLength, double prefixShare, boolean recompute) {
            int text = config.maxTextTokens();
            double prefix = Math.max(1, Math.ceil(prefixShare * text)); // its end at least
            double read = promptLength + Math.min(prefix, config.maxPositions() - promptLength);
            int decoderLayers = config.decoderLayers().orElse(config.layers());
            Work decoderLayer = Work.of(layer.block(graph, text), layer.crossAttention(graph, text, read));
            return Work.of(
                    layer.stack(layer.block(graph, read), config.layers(), read, recompute),
                    layer.keysAndValues(graph, read, layer.width()).times(decoderLayers),
                    layer.stack(decoderLayer, decoderLayers, text, recompute),
                    TransformerLayer.scores(graph, text, layer.width(), vocabulary));
        }
    }
}
