package dev.querent.app.plan;

import dev.querent.bridge.QFormer;
import dev.querent.model.BridgeShape;
import dev.querent.task.pretraining.RepresentationStep;
import dev.querent.weights.Precision;
import java.util.Optional;

/**
 * The Q-Former's passes (paper section 3.2), in the order in which they are computed: keys and values of the image once, the
 * queries, the text alone, each text with three images and each image with three texts for ITM, and the text behind the queries' keys and values
 * for ITG. Texts are taken to have {@code max-text-tokens}.
 *
 * @param vocabulary V
 */
record QFormerWork(QFormer.Config config, BridgeShape shape, int vocabulary, Precision precision)
        implements BridgeWork {

    /** A positive pair, one with a hard negative image and one with a hard negative text. */
    private static final int MATCHED_PAIRS = 3;

    @Override
    public Work softPrompt(boolean ofQuestion) {
        return Work.of(
                ofQuestion ? look(config.queries() + config.maxTextTokens()) : look(),
                Graph.TRAINED.linear(
                        config.queries(), config.width(), shape.languageWidth().orElseThrow()));
    }

    @Override
    public Optional<Work> representation(RepresentationStep.Config step) {
        return Optional.of(Work.of(
                look(),
                contrast(step.contrastive() > 0 ? Graph.TRAINED : Graph.NONE, step.batchSize()),
                step.matching() > 0 ? match().times(MATCHED_PAIRS) : Work.NONE,
                step.generation() > 0 ? caption() : Work.NONE));
    }

    private TransformerLayer layer() {
        return new TransformerLayer(
                config.width(),
                config.heads(),
                (double) config.width() / config.heads(),
                config.mlp(),
                false,
                precision);
    }

    /** Layers in which the queries attend to the image. */
    private int crossings() {
        return (config.layers() + config.crossAttentionFrequency() - 1) / config.crossAttentionFrequency();
    }

    private Work look() {
        return look(config.queries());
    }

    /**
     * The image's keys and values, and the query pass; features are kept as they come and normed.
     *
     * @param length queries, and tokens of a question beside them
     */
    private Work look(double length) {
        double features = 2.0 * shape.visionTokens() * shape.visionWidth();
        return Work.of(
                        layer().keysAndValues(Graph.TRAINED, shape.visionTokens(), shape.visionWidth())
                                .times(crossings()),
                        layer().block(Graph.TRAINED, length).times(config.layers()),
                        cross())
                .keeping(Bytes.each(precision) * features);
    }

    private Work cross() {
        return layer().crossAttention(Graph.TRAINED, config.queries(), shape.visionTokens())
                .times(crossings());
    }

    /** The text alone, and its similarity to every image of the batch; ITM draws its negatives by it without a graph. */
    private Work contrast(Graph graph, int batch) {
        double shared = config.sharedWidth();
        return Work.of(
                layer().block(graph, config.maxTextTokens()).times(config.layers()),
                graph.linear(config.queries() + 1, config.width(), shared),
                graph.product(config.queries(), batch, shared)
                        .keeping(Bytes.each(precision) * graph.keeping(config.queries() * (double) batch, 0)));
    }

    /** Queries and text together; the pair has a copy of the image's keys and values. */
    private Work match() {
        double length = config.queries() + config.maxTextTokens();
        return Work.of(
                        layer().block(Graph.TRAINED, length).times(config.layers()),
                        cross(),
                        Graph.TRAINED.linear(config.queries(), config.width(), 2))
                .keeping(crossings() * layer().keysAndValuesKept(Graph.TRAINED, shape.visionTokens()));
    }

    /** The text after the queries, whose keys and values are there, and its scores. */
    private Work caption() {
        double text = config.maxTextTokens();
        Work layerWork = Work.of(
                layer().selfAttention(Graph.TRAINED, text, config.queries() + text),
                layer().feedForward(Graph.TRAINED, text));
        return Work.of(
                layerWork.times(config.layers()),
                Graph.TRAINED.linear(text, config.width(), config.width()),
                TransformerLayer.scores(Graph.TRAINED, text, config.width(), vocabulary));
    }
}
