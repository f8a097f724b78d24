package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.collective.Share;
import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.LoaderOptions;
import dev.querent.image.Augmentation;
import dev.querent.model.Bridge;
import dev.querent.model.EncoderDecoder;
import dev.querent.model.LanguageModel;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.random.RunSeed;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.task.objective.GenerativeTexts;
import dev.querent.torch.Torch;
import dev.querent.training.AccumulatedObjective;
import dev.querent.training.Objective;
import dev.querent.training.Trainer;
import dev.querent.training.TrainingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stage 2, generative learning (paper section 3.3): trains the bridge so that a frozen language model, reading the soft
 * prompt, produces the caption. A decoder-only model is trained by language modelling, an encoder-decoder by prefix
 * language modelling. The loss passes through the language model without changing it.
 */
@Plugin("generative")
public final class GenerativeStep implements PipelineStep {

    /** Settings. */
    public record Config(
            @Doc("length and speed of training") TrainingConfig training,
            @Doc("images an optimiser step") int batchSize,

            @Doc(
                    "images computed at once, for batches larger than memory; the loss stays the mean over the whole batch's"
                            + " tokens. 0: all of them")
            int microBatchSize,

            @Doc("compute each layer of the language model once more in the backward pass instead of keeping what it"
                    + " computed: less memory, more time")
            boolean recompute,

            @Doc("share of samples trained on a question and its answer instead of a caption; 0 is the paper's stage 2")
            double questionShare,

            @Doc("encoder-decoder only: share of captions split into prefix and target; the rest is target alone")
            double splitShare,

            @Doc("how training images are cropped and flipped; unused where features are cached")
            Augmentation augmentation,

            @Doc("name of the feature-caching step whose features are read; none: images are encoded at each visit")
            Optional<String> features) {
        public static final Config DEFAULTS =
                new Config(TrainingConfig.DEFAULTS, 64, 0, false, 0, 0.5, Augmentation.DEFAULTS, Optional.empty());

        public Config {
            Check.positive("batch-size", batchSize);
            Check.range("micro-batch-size", microBatchSize, 0, batchSize);
            Check.range("question-share", questionShare, 0, 1);
            Check.range("split-share", splitShare, 0, 1);
        }
    }

    private final Config config;

    public GenerativeStep(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        List<String> problems = new ArrayList<>();
        require(experiment, "vision", VisionEncoder.class, problems);
        require(experiment, "bridge", Bridge.class, problems);
        require(experiment, "language", LanguageModel.class, problems);
        return problems;
    }

    private static void require(ExperimentParts experiment, String role, Class<?> type, List<String> problems) {
        if (!experiment.has(role, type)) {
            problems.add("generative (stage 2) needs all three parts: add " + role + ": {plugin: ...}");
        }
    }

    @Override
    public boolean runsOnEveryRank() {
        return true;
    }

    @Override
    public Set<String> uses() {
        return Set.of("vision", "bridge", "language");
    }

    @Override
    public Set<String> makes() {
        return Set.of("bridge");
    }

    @Override
    public void run(StepContext context) {
        try (NDManager manager = Torch.newManager()) {
            Bridge bridge = context.bridge(manager);
            LanguageModel language = context.language(manager);
            FrozenVision vision = FrozenVision.of(context, manager, config.augmentation(), config.features());
            GenerativeTexts texts = texts(language, context.seed());
            try (BatchLoader loader = vision.loader(context, LoaderOptions.of(config.batchSize()))) {
                new Trainer(config.training(), Surroundings.of(context, loader::ids))
                        .passingThrough(language.parameters())
                        .trainAccumulating(bridge.promptParameters(), (step, shared) -> {
                            Batch batch = loader.batch(step);
                            Share own = context.collectives().share(batch.rows());
                            return passes(batch, own, texts.of(step, batch), vision, bridge, language);
                        });
            }
            context.save("bridge", bridge.parameters());
        }
    }

    /** Each part's mean loss counts by its share of the tokens of the whole batch, that of all ranks. */
    private List<AccumulatedObjective.Pass> passes(
            Batch batch,
            Share own,
            GenerativeTexts.Texts texts,
            FrozenVision vision,
            Bridge bridge,
            LanguageModel language) {
        int size = config.microBatchSize() == 0 ? own.rows() : config.microBatchSize();
        double all = language.targetTokens(bridge.promptLength(), texts.prefixes(), texts.targets());
        List<AccumulatedObjective.Pass> passes = new ArrayList<>();
        for (int start = own.start(); start < own.end(); start += size) {
            int first = start;
            int end = Math.min(own.end(), start + size);
            GenerativeTexts.Texts part = texts.slice(first, end);
            double share = language.targetTokens(bridge.promptLength(), part.prefixes(), part.targets()) / all;
            passes.add(owner -> {
                NDArray softPrompt = bridge.softPrompt(vision.features(batch.slice(first, end), owner));
                return Objective.Loss.of(config.recompute(), () -> {
                    NDArray loss = language.loss(part.behind(softPrompt));
                    return new Objective.Loss(Tensors.scale(loss, share), Map.of());
                });
            });
        }
        return passes;
    }

    private GenerativeTexts texts(LanguageModel language, RunSeed seed) {
        double split = language instanceof EncoderDecoder ? config.splitShare() : 0;
        return new GenerativeTexts(seed, config.questionShare(), split);
    }
}
