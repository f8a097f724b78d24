package dev.querent.app.plan;

import dev.querent.bridge.LinearBridge;
import dev.querent.bridge.QFormer;
import dev.querent.experiment.PluginSetting;
import dev.querent.model.Bridge;
import dev.querent.model.BridgeShape;
import dev.querent.model.RepresentationLearner;
import dev.querent.task.pretraining.RepresentationStep;
import dev.querent.weights.Precision;
import java.util.Optional;

/** A bridge's work while it is trained. */
interface BridgeWork {

    /**
     * From features to soft prompt.
     *
     * @param ofQuestion whether the bridge reads a question too
     */
    Work softPrompt(boolean ofQuestion);

    /** The objectives of stage 1; empty for a bridge that has no stage 1. */
    Optional<Work> representation(RepresentationStep.Config step);

    /** Empty for a plugin from elsewhere. */
    static Optional<BridgeWork> of(PluginSetting setting, Bridge bridge, BridgeShape shape) {
        if (setting.config() instanceof QFormer.Config config && bridge instanceof RepresentationLearner learner) {
            return Optional.of(
                    new QFormerWork(config, shape, learner.tokenizer().size(), setting.precision()));
        }
        if (setting.config() instanceof LinearBridge.Config) {
            return Optional.of(new OfLinear(shape));
        }
        return Optional.empty();
    }

    /** Features, normed features and soft prompt are kept. */
    record OfLinear(BridgeShape shape) implements BridgeWork {
        @Override
        public Work softPrompt(boolean ofQuestion) {
            double languageWidth = shape.languageWidth().orElseThrow();
            double numbers = shape.visionTokens() * (2.0 * shape.visionWidth() + languageWidth);
            return Graph.TRAINED
                    .linear(shape.visionTokens(), shape.visionWidth(), languageWidth)
                    .keeping(Bytes.each(Precision.FP32) * numbers);
        }

        @Override
        public Optional<Work> representation(RepresentationStep.Config step) {
            return Optional.empty();
        }
    }
}
