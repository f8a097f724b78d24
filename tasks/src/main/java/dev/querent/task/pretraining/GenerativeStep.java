package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.collective.Share;
import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.LoaderOptions;
import dev.querent.data.Sample;
import dev.querent.image.Augmentation;
import dev.querent.model.Bridge;
import dev.querent.model.EncoderDecoder;
import dev.querent.model.LanguageModel;
import dev.querent.model.QuestionReader;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.Preset;
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
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Stage 2, generative learning (paper section 3.3): trains the bridge so that a frozen language model, reading the soft
 * prompt, produces the caption. A decoder-only model is trained by language modelling, an encoder-decoder by prefix
 * language modelling. The loss passes through the language model without changing it.
 *
 * <p>Fine-tuning for captioning and VQA (paper sections 4.2 and 4.3) is the same with the vision encoder trained too; for VQA the
 * bridge reads the question beside the image. The two presets have the settings of the paper's appendix.
 */
@Plugin("generative")
@Preset(name = "captioning-fine-tuning", settings = GenerativeStep.CAPTIONING)
@Preset(name = "question-fine-tuning", settings = GenerativeStep.QUESTIONS)
public final class GenerativeStep implements PipelineStep {

    private static final String RATES =
            "training: {learning-rate: 1.0e-5, min-learning-rate: 0, warmup-steps: 1000, beta2: 0.999,"
                    + " weight-decay: 0.05, clip-norm: 0}";

    /** The paper's appendix, fine-tuning for captioning on COCO. */
    static final String CAPTIONING =
            "{batch-size: 256, prompt: a photo of, split-share: 0, vision-tuning: {}, " + RATES + "}";

    /** The same for VQA. */
    static final String QUESTIONS = "{batch-size: 128, question-share: 1, question-prompt: 'question: {} answer:',"
            + " question-to-bridge: true, vision-tuning: {layer-decay: 0.95}, " + RATES + "}";

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

            @Doc("what stands before each caption, e.g. a photo of; empty: the data set's own prompt, if it has one")
            String prompt,

            @Doc(
                    "how questions are put, the question replaces {}; empty: the data set's own wording, otherwise question: {}"
                            + " answer:")
            String questionPrompt,

            @Doc("whether the bridge reads the question too, beside the image")
            boolean questionToBridge,

            @Doc("trains the vision encoder too, which has to be in fp32; none: it is frozen")
            Optional<VisionTuning> visionTuning,

            @Doc("how training images are cropped and flipped; unused where features are cached")
            Augmentation augmentation,

            @Doc("name of the feature-caching step whose features are read; none: images are encoded at each visit")
            Optional<String> features) {
        public static final Config DEFAULTS = new Config(
                TrainingConfig.DEFAULTS,
                64,
                0,
                false,
                0,
                0.5,
                "",
                "",
                false,
                Optional.empty(),
                Augmentation.DEFAULTS,
                Optional.empty());

        public Config {
            Check.positive("batch-size", batchSize);
            Check.range("micro-batch-size", microBatchSize, 0, batchSize);
            Check.range("question-share", questionShare, 0, 1);
            Check.range("split-share", splitShare, 0, 1);
            Check.that(
                    questionPrompt.isEmpty() || questionPrompt.contains("{}"),
                    "question-prompt: expected a text with {} in it, found \"" + questionPrompt + "\"");
            Check.that(
                    !questionToBridge || questionShare > 0,
                    "question-to-bridge: there are no questions, question-share is 0");
            StepVision.requireEncoder(features, visionTuning);
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
        if (config.questionToBridge() && !experiment.has("bridge", QuestionReader.class)) {
            problems.add(
                    "question-to-bridge needs a bridge that reads text, such as q-former: choose one, or leave it out");
        }
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
        return config.visionTuning().isPresent() ? Set.of("vision", "bridge") : Set.of("bridge");
    }

    @Override
    public void run(StepContext context) {
        try (NDManager manager = Torch.newManager()) {
            Bridge bridge = context.bridge(manager);
            LanguageModel language = context.language(manager);
            StepVision vision =
                    StepVision.of(context, manager, config.augmentation(), config.features(), config.visionTuning());
            GenerativeTexts texts = texts(language, context.seed());
            try (BatchLoader loader = vision.loader(context, LoaderOptions.of(config.batchSize()))) {
                Trainer trainer = new Trainer(config.training(), Surroundings.of(context, loader::ids))
                        .passingThrough(language.parameters());
                vision.withRates(trainer).trainAccumulating(trained(bridge).and(vision.trained()), (step, shared) -> {
                    Batch batch = loader.batch(step);
                    Share own = context.collectives().share(batch.rows());
                    return passes(batch, own, texts.of(step, batch), vision, bridge, language);
                });
            }
            vision.save(context);
            context.save("bridge", bridge.parameters());
        }
    }

    /** Each part's mean loss counts by its share of the tokens of the whole batch, that of all ranks. */
    private List<AccumulatedObjective.Pass> passes(
            Batch batch,
            Share own,
            GenerativeTexts.Texts texts,
            StepVision vision,
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
                StepVision.Features features = vision.features(batch.slice(first, end), owner);
                NDArray softPrompt = softPrompt(bridge, features.tensor(), part.questions());
                return Objective.Loss.of(config.recompute(), () -> {
                            NDArray loss = language.loss(part.behind(softPrompt));
                            return new Objective.Loss(Tensors.scale(loss, share), Map.of());
                        })
                        .followedBy(features.backward());
            });
        }
        return passes;
    }

    private ParameterSet trained(Bridge bridge) {
        return config.questionToBridge() ? ((QuestionReader) bridge).questionParameters() : bridge.promptParameters();
    }

    /** (b, N, Dv) -> (b, Q, Dl) */
    private NDArray softPrompt(Bridge bridge, NDArray features, List<String> questions) {
        return config.questionToBridge()
                ? ((QuestionReader) bridge)
                        .softPrompt(
                                features, IntStream.range(0, questions.size()).toArray(), questions)
                : bridge.softPrompt(features);
    }

    private GenerativeTexts texts(LanguageModel language, RunSeed seed) {
        double split = language instanceof EncoderDecoder ? config.splitShare() : 0;
        return new GenerativeTexts(
                seed, config.questionShare(), split, new Sample.Prompts(config.prompt(), config.questionPrompt()));
    }
}
