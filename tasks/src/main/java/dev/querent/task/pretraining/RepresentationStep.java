package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.LoaderOptions;
import dev.querent.image.Augmentation;
import dev.querent.model.RepresentationLearner;
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
import dev.querent.task.objective.HardNegatives;
import dev.querent.task.objective.ImageGroundedTextGeneration;
import dev.querent.task.objective.ImageTextContrastive;
import dev.querent.task.objective.ImageTextMatching;
import dev.querent.task.objective.PairBatch;
import dev.querent.torch.Torch;
import dev.querent.training.Objective;
import dev.querent.training.Trainer;
import dev.querent.training.TrainingConfig;
import dev.querent.weights.ParameterSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stage 1, representation learning (paper section 3.2): trains the bridge to contrast, match and caption image-text pairs
 * behind the frozen vision encoder. An objective with weight 0 is left out.
 *
 * <p>Fine-tuning for retrieval (paper section 4.4) is the same with the vision encoder trained too; the preset has the settings of the
 * paper's appendix for ViT-g.
 */
@Plugin("representation")
@Preset(name = "retrieval-fine-tuning", settings = RepresentationStep.RETRIEVAL)
public final class RepresentationStep implements PipelineStep {

    /** The paper's appendix, fine-tuning for retrieval on COCO. */
    static final String RETRIEVAL =
            "{batch-size: 224, vision-tuning: {layer-decay: 0.95}, training: {learning-rate: 1.0e-5,"
                    + " min-learning-rate: 0, warmup-steps: 1000, beta2: 0.999, weight-decay: 0.05, clip-norm: 0}}";

    /** Settings. */
    public record Config(
            @Doc("length and speed of training") TrainingConfig training,

            @Doc("image-text pairs an optimiser step; also the number of candidates of ITC")
            int batchSize,

            @Doc(
                    "pairs computed at once, for batches larger than memory; losses and gradients stay those of the whole batch."
                            + " 0: all of them")
            int microBatchSize,

            @Doc("weight of image-text contrastive learning (ITC)")
            double contrastive,

            @Doc("gradient of ITC: exact, or lavis, which leaves the candidates' out as LAVIS does on several GPUs")
            ContrastGradient contrastGradient,

            @Doc("weight of image-text matching (ITM)") double matching,

            @Doc("weight of image-grounded text generation (ITG)")
            double generation,

            @Doc("label smoothing of ITC and ITG") double labelSmoothing,

            @Doc(
                    "how hard ITM's negatives are at the first step: 1 as in LAVIS, 0 for any negative alike; from scratch,"
                            + " matching learns nothing from the hardest ones at first")
            double firstHardness,

            @Doc("the same at the last step; linear in between")
            double lastHardness,

            @Doc("trains the vision encoder too, which has to be in fp32; none: it is frozen")
            Optional<VisionTuning> visionTuning,

            @Doc("how training images are cropped and flipped; unused where features are cached")
            Augmentation augmentation,

            @Doc("name of the feature-caching step whose features are read; none: images are encoded at each visit")
            Optional<String> features) {
        /** Weights and smoothing as in LAVIS. */
        public static final Config DEFAULTS = new Config(
                TrainingConfig.DEFAULTS,
                64,
                0,
                1,
                ContrastGradient.EXACT,
                1,
                1,
                0.1,
                1,
                1,
                Optional.empty(),
                Augmentation.DEFAULTS,
                Optional.empty());

        public Config {
            Check.positive("batch-size", batchSize);
            Check.range("micro-batch-size", microBatchSize, 0, batchSize);
            Check.range("contrastive", contrastive, 0, 1000);
            Check.range("matching", matching, 0, 1000);
            Check.range("generation", generation, 0, 1000);
            Check.range("label-smoothing", labelSmoothing, 0, 0.99);
            Check.range("first-hardness", firstHardness, 0, 10);
            Check.range("last-hardness", lastHardness, 0, 10);
            Check.that(
                    contrastive + matching + generation > 0,
                    "contrastive, matching, generation: all are 0, so there is nothing to train; remove the step instead");
            StepVision.requireEncoder(features, visionTuning);
            Check.that(
                    matching == 0 || batchSize > 1,
                    "batch-size: matching needs negatives, expected at least 2, found " + batchSize);
        }
    }

    private final Config config;

    public RepresentationStep(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        List<String> problems = new ArrayList<>();
        if (!experiment.has("vision", VisionEncoder.class)) {
            problems.add("representation (stage 1) needs a vision encoder: add vision: {plugin: ...}");
        }
        if (!experiment.has("bridge", RepresentationLearner.class)) {
            problems.add(
                    "representation (stage 1) needs a bridge that can learn representations, such as q-former; remove"
                            + " the step (steps.NAME: null) to train another bridge in stage 2 alone");
        }
        return problems;
    }

    @Override
    public boolean runsOnEveryRank() {
        return true;
    }

    @Override
    public Set<String> uses() {
        return Set.of("vision", "bridge");
    }

    @Override
    public Set<String> makes() {
        return config.visionTuning().isPresent() ? Set.of("vision", "bridge") : Set.of("bridge");
    }

    @Override
    public void run(StepContext context) {
        try (NDManager manager = Torch.newManager()) {
            if (!(context.bridge(manager) instanceof RepresentationLearner learner)) {
                throw new IllegalStateException("validation lets no other bridge through");
            }
            StepVision vision =
                    StepVision.of(context, manager, config.augmentation(), config.features(), config.visionTuning());
            Losses losses = new Losses(config, context.seed(), learner);
            try (BatchLoader loader =
                    vision.loader(context, LoaderOptions.of(config.batchSize()).withDistinctGroups())) {
                Trainer trainer =
                        vision.withRates(new Trainer(config.training(), Surroundings.of(context, loader::ids)));
                ParameterSet trained = learner.representationParameters().and(vision.trained());
                if (inOnePass(context)) {
                    trainer.train(trained, (step, owner) -> {
                        Batch batch = loader.batch(step);
                        StepVision.Features features = vision.features(batch, owner);
                        return losses.of(step, features.tensor(), batch).followedBy(features.backward());
                    });
                } else {
                    trainer.trainAccumulating(
                            trained,
                            new AccumulatedRepresentation(
                                    losses,
                                    context.seed(),
                                    loader::batch,
                                    vision::withoutGradients,
                                    vision.isTuned() ? Optional.of(vision::features) : Optional.empty(),
                                    context.collectives()));
                }
            }
            vision.save(context);
            context.save("bridge", learner.parameters());
        }
    }

    private boolean inOnePass(StepContext context) {
        return config.microBatchSize() == 0
                && config.contrastGradient() == ContrastGradient.EXACT
                && context.collectives().size() == 1;
    }

    /** The weighted sum of the objectives that are switched on. */
    static final class Losses {
        private final Config config;
        private final RepresentationLearner learner;
        private final ImageTextContrastive contrastive;
        private final ImageTextMatching matching;
        private final ImageGroundedTextGeneration generation;

        Losses(Config config, RunSeed seed, RepresentationLearner learner) {
            this.config = config;
            this.learner = learner;
            contrastive = new ImageTextContrastive(config.labelSmoothing());
            matching = new ImageTextMatching(new HardNegatives(
                    seed,
                    config.firstHardness(),
                    config.lastHardness(),
                    config.training().steps()));
            generation = new ImageGroundedTextGeneration(config.labelSmoothing());
        }

        Config config() {
            return config;
        }

        RepresentationLearner learner() {
            return learner;
        }

        ImageTextContrastive contrastive() {
            return contrastive;
        }

        ImageTextMatching matching() {
            return matching;
        }

        ImageGroundedTextGeneration generation() {
            return generation;
        }

        /**
         * Losses of one batch.
         *
         * @param features (B, N, Dv)
         */
        Objective.Loss of(long step, NDArray features, Batch batch) {
            PairBatch pairs = PairBatch.of(step, learner, features, batch.captions(), batch.groups());
            Map<String, NDArray> parts = new LinkedHashMap<>();
            NDArray total = features.getManager().zeros(new Shape());
            if (config.contrastive() > 0) {
                NDArray loss = contrastive.loss(pairs);
                parts.put("itc", loss);
                total = total.add(Tensors.scale(loss, config.contrastive()));
            }
            if (config.matching() > 0) {
                ImageTextMatching.Result result = matching.loss(pairs);
                parts.put("itm", result.loss());
                parts.put("itm-balanced-accuracy", result.balancedAccuracy());
                total = total.add(Tensors.scale(result.loss(), config.matching()));
            }
            if (config.generation() > 0) {
                NDArray loss = generation.loss(pairs);
                parts.put("itg", loss);
                total = total.add(Tensors.scale(loss, config.generation()));
            }
            return new Objective.Loss(total, parts);
        }
    }
}
