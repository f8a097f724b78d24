package dev.querent.app.plan;

import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageModel;
import dev.querent.model.QuestionReader;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.random.RunSeed;
import dev.querent.task.dataset.Shapes;
import dev.querent.task.objective.ImagePretraining;
import dev.querent.task.pretraining.GenerativeStep;
import dev.querent.task.pretraining.RepresentationStep;
import dev.querent.task.pretraining.TextPretrainingStep;
import dev.querent.task.pretraining.VisionPretrainingStep;
import dev.querent.task.pretraining.VisionTuning;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.ParameterSet;
import dev.querent.weights.Precision;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Plans the training steps that it knows. */
final class StepPlanner {

    private final Experiment experiment;
    private final PlannedModels models;

    StepPlanner(Experiment experiment, PlannedModels models) {
        this.experiment = experiment;
        this.models = models;
    }

    /** Empty for a step that doesn't train, or is a plugin from elsewhere. */
    Optional<StepPlan> plan(String name, Record step) {
        if (step instanceof VisionPretrainingStep.Config config) {
            return Optional.of(plan(name, config));
        }
        if (step instanceof TextPretrainingStep.Config config) {
            return Optional.of(plan(name, config));
        }
        if (step instanceof RepresentationStep.Config config) {
            return Optional.of(plan(name, config));
        }
        if (step instanceof GenerativeStep.Config config) {
            return Optional.of(plan(name, config));
        }
        return Optional.empty();
    }

    private StepPlan plan(String name, VisionPretrainingStep.Config config) {
        VisionEncoder encoder = models.vision().orElseThrow();
        boolean patches = config.reconstruction() + config.position() > 0;
        int looks = config.contrastive() > 0 ? 2 : 1;
        int passes = (patches ? 1 : 0) + (config.contrastive() > 0 ? 2 : 0);
        Optional<Work> work = visionWork()
                .map(vision -> Work.of(
                        vision.encode(Graph.TRAINED, config.recompute()).times(passes),
                        patches ? heads(encoder, config) : Work.NONE));
        long trained = encoder.parameters().count() + headParameters(encoder, config);
        PluginSetting setting = experiment.vision().orElseThrow();
        PartPlan part = new PartPlan("vision", setting.plugin().name(), setting.precision(), trained, trained, work);
        return new StepPlan(
                name,
                config.batchSize(),
                config.batchSize(),
                config.training(),
                filesRead(looks),
                looks * pixels(),
                List.of(part));
    }

    private long headParameters(VisionEncoder encoder, VisionPretrainingStep.Config config) {
        ParameterScope scope = models.scope();
        new ImagePretraining(
                encoder,
                scope,
                new ImagePretraining.Settings(
                        config.reconstruction(),
                        config.maskedShare(),
                        config.position(),
                        config.contrastive(),
                        config.temperature()),
                new RunSeed(experiment.seed()));
        return scope.finish().count();
    }

    /** Pixels of each patch from its token, and its place by likeness to every place. */
    private static Work heads(VisionEncoder encoder, VisionPretrainingStep.Config config) {
        double patches = encoder.tokens() - 1;
        return Work.of(
                config.reconstruction() > 0
                        ? Graph.TRAINED.linear(
                                patches, encoder.width(), 3.0 * encoder.patchSize() * encoder.patchSize())
                        : Work.NONE,
                config.position() > 0 ? Graph.TRAINED.product(patches, patches, encoder.width()) : Work.NONE);
    }

    private StepPlan plan(String name, TextPretrainingStep.Config config) {
        LanguageModel model = models.language().orElseThrow();
        Optional<Work> work = languageWork().map(w -> w.loss(Graph.TRAINED, config.promptLength(), 1, false));
        PartPlan part = languagePart(model.parameters().count(), work);
        return new StepPlan(name, config.batchSize(), config.batchSize(), config.training(), 0, 0, List.of(part));
    }

    private StepPlan plan(String name, RepresentationStep.Config config) {
        if (!(models.bridge() instanceof RepresentationLearner learner)) {
            throw new IllegalStateException("validation lets no other bridge through");
        }
        Optional<Work> work = bridgeWork(learner).flatMap(bridge -> bridge.representation(config));
        return new StepPlan(
                name,
                config.batchSize(),
                config.microBatchSize() == 0 ? config.batchSize() : config.microBatchSize(),
                config.training(),
                filesRead(1),
                read(config.features()),
                behind(
                        vision(config.features(), config.visionTuning()),
                        bridgePart(learner, learner.representationParameters(), work)));
    }

    private StepPlan plan(String name, GenerativeStep.Config config) {
        Bridge bridge = models.bridge();
        double prefixShare = config.questionShare() > 0 ? 1 : config.splitShare() > 0 ? 0.5 : 0;
        Optional<Work> passedOn = languageWork()
                .map(work -> work.loss(Graph.PASSED_ON, bridge.promptLength(), prefixShare, config.recompute()));
        return new StepPlan(
                name,
                config.batchSize(),
                config.microBatchSize() == 0 ? config.batchSize() : config.microBatchSize(),
                config.training(),
                filesRead(1),
                read(config.features()),
                behind(
                        vision(config.features(), config.visionTuning()),
                        bridgePart(
                                bridge,
                                config.questionToBridge()
                                        ? ((QuestionReader) bridge).questionParameters()
                                        : bridge.promptParameters(),
                                bridgeWork(bridge).map(work -> work.softPrompt(config.questionToBridge()))),
                        languagePart(0, passedOn)));
    }

    private static List<PartPlan> behind(Optional<PartPlan> vision, PartPlan... others) {
        return Stream.concat(vision.stream(), Stream.of(others)).toList();
    }

    /** Where its features are cached, the encoder isn't loaded. */
    private Optional<PartPlan> vision(Optional<String> cachedBy, Optional<VisionTuning> tuning) {
        if (cachedBy.isPresent()) {
            return Optional.empty();
        }
        PluginSetting setting = experiment.vision().orElseThrow();
        long parameters = models.vision().orElseThrow().parameters().count();
        Optional<Work> work = visionWork()
                .map(encoder -> tuning.map(how -> encoder.encode(Graph.TRAINED, how.recompute()))
                        .orElseGet(() -> encoder.encode(Graph.NONE)));
        return Optional.of(new PartPlan(
                "vision",
                setting.plugin().name(),
                setting.precision(),
                parameters,
                tuning.isPresent() ? parameters : 0,
                work));
    }

    /** Bytes that the loader gives of a sample. */
    private double read(Optional<String> cachedBy) {
        VisionEncoder encoder = models.vision().orElseThrow();
        return cachedBy.isPresent()
                ? (double) encoder.tokens() * encoder.width() * Bytes.each(Precision.FP32)
                : pixels();
    }

    private PartPlan bridgePart(Bridge bridge, ParameterSet trained, Optional<Work> work) {
        PluginSetting setting = experiment.bridge().orElseThrow();
        return new PartPlan(
                "bridge",
                setting.plugin().name(),
                setting.precision(),
                bridge.parameters().count(),
                trained.count(),
                work);
    }

    private PartPlan languagePart(long trained, Optional<Work> work) {
        PluginSetting setting = experiment.language().orElseThrow();
        return new PartPlan(
                "language",
                setting.plugin().name(),
                setting.precision(),
                models.language().orElseThrow().parameters().count(),
                trained,
                work);
    }

    private Optional<VisionWork> visionWork() {
        return experiment.vision().flatMap(VisionWork::of);
    }

    private Optional<LanguageWork> languageWork() {
        int tokens = models.language().orElseThrow().tokenizer().size();
        return experiment.language().flatMap(setting -> LanguageWork.of(setting, tokens));
    }

    private Optional<BridgeWork> bridgeWork(Bridge bridge) {
        return experiment.bridge().flatMap(setting -> BridgeWork.of(setting, bridge, models.shape()));
    }

    /** Generated pictures are in no file. */
    private int filesRead(int looks) {
        return experiment.data().config() instanceof Shapes.Config ? 0 : looks;
    }

    private double pixels() {
        double side = models.vision().orElseThrow().imageSize();
        return 3 * side * side * Bytes.each(Precision.FP32);
    }
}
