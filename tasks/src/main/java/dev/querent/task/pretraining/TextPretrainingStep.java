package dev.querent.task.pretraining;

import ai.djl.ndarray.NDManager;
import dev.querent.data.Dataset;
import dev.querent.data.SampleOrder;
import dev.querent.data.TextPair;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.task.objective.WordPrompt;
import dev.querent.torch.Torch;
import dev.querent.training.Objective;
import dev.querent.training.Trainer;
import dev.querent.training.TrainingConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Trains the language model on the data set's text-only corpus, without images: where no pretrained language model is at
 * hand, this makes the one that is frozen afterwards.
 */
@Plugin("text-pretraining")
public final class TextPretrainingStep implements PipelineStep {

    /** Settings. */
    public record Config(
            @Doc("length and speed of training") TrainingConfig training,
            @Doc("texts an optimiser step") int batchSize,

            @Doc(
                    "places in front of each text in which its facts stand as a soft prompt would, as many as the bridge has"
                            + " query tokens; 0: the text begins with their words")
            int promptLength) {
        public static final Config DEFAULTS = new Config(TrainingConfig.DEFAULTS, 64, 0);

        public Config {
            Check.positive("batch-size", batchSize);
            Check.range("prompt-length", promptLength, 0, 1_000_000);
        }
    }

    private final Config config;

    public TextPretrainingStep(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        return experiment.has("language", LanguageModel.class)
                ? List.of()
                : List.of("text-pretraining needs a language model: add language: {plugin: ...}");
    }

    @Override
    public Set<String> uses() {
        return Set.of("language");
    }

    @Override
    public Set<String> makes() {
        return Set.of("language");
    }

    @Override
    public void run(StepContext context) {
        try (NDManager manager = Torch.newManager()) {
            LanguageModel model = context.language(manager);
            Dataset dataset = context.dataset();
            WordPrompt prompt = new WordPrompt(model, context.seed(), config.promptLength());
            SampleOrder order = new SampleOrder(dataset.textCount(), context.seed());
            LongFunction<List<String>> names = step -> IntStream.of(order.batch(step, config.batchSize()))
                    .mapToObj(text -> "text " + text)
                    .toList();
            new Trainer(config.training(), Surroundings.of(context, names)).train(model.parameters(), (step, owner) -> {
                List<TextPair> texts = IntStream.of(order.batch(step, config.batchSize()))
                        .mapToObj(dataset::text)
                        .toList();
                return new Objective.Loss(model.loss(input(prompt, owner, step, texts)), Map.of());
            });
            context.save("language", model.parameters());
        }
    }

    private LanguageInput input(WordPrompt prompt, NDManager owner, long step, List<TextPair> texts) {
        List<String> contexts = texts.stream().map(TextPair::context).toList();
        List<String> prefixes = texts.stream().map(TextPair::prefix).toList();
        List<String> targets = texts.stream().map(TextPair::target).toList();
        if (config.promptLength() > 0) {
            return LanguageInput.training(prompt.of(owner, step, contexts), prefixes, targets);
        }
        List<String> joined = texts.stream()
                .map(text -> (text.context().replace(WordPrompt.BETWEEN_FACTS, " ") + " " + text.prefix()).strip())
                .toList();
        return LanguageInput.textOnly(owner, joined, targets);
    }
}
