package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Batch;
import dev.querent.data.BatchLoader;
import dev.querent.data.LoaderOptions;
import dev.querent.image.Augmentation;
import dev.querent.model.MaskedImageEncoder;
import dev.querent.model.VisionEncoder;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.task.objective.ImagePretraining;
import dev.querent.torch.Torch;
import dev.querent.training.Objective;
import dev.querent.training.Trainer;
import dev.querent.training.TrainingConfig;
import dev.querent.weights.ParameterScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Trains the vision encoder on images alone, without captions: where no pretrained encoder is at hand, this makes the one
 * that is frozen afterwards. Three objectives: missing patches are reconstructed, places of patches are told from their
 * tokens, and two looks at one thing are told from looks at others.
 */
@Plugin("vision-pretraining")
public final class VisionPretrainingStep implements PipelineStep {

    /** Settings. */
    public record Config(
            @Doc("length and speed of training") TrainingConfig training,
            @Doc("images an optimiser step") int batchSize,

            @Doc(
                    "compute each layer once more in the backward pass instead of keeping what it computed: less memory, more"
                            + " time")
            boolean recompute,

            @Doc("weight of masked image modelling: all pixels are predicted while some patches are missing")
            double reconstruction,

            @Doc("share of patches that are missing") double maskedShare,

            @Doc("weight of telling from a patch's token where in the image it stands")
            double position,

            @Doc("weight of telling two looks at one thing from looks at others; the second look is another picture of"
                    + " the sample's group where there is one")
            double contrastive,

            @Doc("temperature of the softmaxes of position and contrast")
            double temperature,

            @Doc("how training images are cropped and flipped")
            Augmentation augmentation) {
        public static final Config DEFAULTS =
                new Config(TrainingConfig.DEFAULTS, 64, false, 1, 0.5, 0, 0, 0.1, Augmentation.DEFAULTS);

        public Config {
            Check.positive("batch-size", batchSize);
            Check.range("reconstruction", reconstruction, 0, 1000);
            Check.range("masked-share", maskedShare, 0.01, 0.99);
            Check.range("position", position, 0, 1000);
            Check.range("contrastive", contrastive, 0, 1000);
            Check.range("temperature", temperature, 1e-4, 100);
            Check.that(
                    reconstruction + position + contrastive > 0,
                    "reconstruction, position, contrastive: all are 0, so there is nothing to train; remove the step"
                            + " instead");
        }
    }

    private final Config config;

    public VisionPretrainingStep(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        List<String> problems = new ArrayList<>();
        if (!experiment.has("vision", VisionEncoder.class)) {
            problems.add("vision-pretraining needs a vision encoder: add vision: {plugin: ...}");
        } else if (config.reconstruction() + config.position() > 0
                && !experiment.has("vision", MaskedImageEncoder.class)) {
            problems.add("vision-pretraining needs an encoder that takes masked images for reconstruction and position:"
                    + " set both to 0 and contrastive above it");
        }
        return problems;
    }

    @Override
    public Set<String> uses() {
        return Set.of("vision");
    }

    @Override
    public Set<String> makes() {
        return Set.of("vision");
    }

    @Override
    public void run(StepContext context) {
        try (NDManager manager = Torch.newManager()) {
            VisionEncoder encoder = context.vision(manager);
            ParameterScope heads = ParameterScope.initialised(manager, context.seed());
            ImagePretraining objective = new ImagePretraining(
                    encoder,
                    heads.child("pretraining"),
                    new ImagePretraining.Settings(
                            config.reconstruction(),
                            config.maskedShare(),
                            config.position(),
                            config.contrastive(),
                            config.temperature()),
                    context.seed());
            LoaderOptions options = LoaderOptions.of(config.batchSize());
            if (config.contrastive() > 0) {
                options = options.withDistinctGroups().withTwoViews();
            }
            try (BatchLoader loader = StepVision.of(encoder, config.augmentation(), Optional.empty())
                    .loader(context, options)) {
                new Trainer(config.training(), Surroundings.of(context, loader::ids))
                        .train(encoder.parameters().and(heads.finish()), (step, owner) -> {
                            Batch batch = loader.batch(step);
                            NDArray pixels = batch.tensor(owner);
                            return Objective.Loss.of(
                                    config.recompute(),
                                    () -> config.contrastive() > 0
                                            ? objective.loss(step, pixels, batch.secondTensor(owner))
                                            : objective.loss(step, pixels));
                        });
            }
            context.save("vision", encoder.parameters());
        }
    }
}
