package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.DataFolder;
import dev.querent.evaluation.PixelBatch;
import dev.querent.experiment.Experiment;
import dev.querent.experiment.PluginSetting;
import dev.querent.experiment.RunDirectory;
import dev.querent.generation.DecodingConfig;
import dev.querent.generation.Generator;
import dev.querent.image.RgbImage;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.pipeline.ModelBuilder;
import dev.querent.pipeline.RunModels;
import dev.querent.progress.Progress;
import dev.querent.random.RunSeed;
import dev.querent.torch.Torch;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Texts about images by what a run has trained or a checkpoint holds; by the bridge alone where the run has no language model. */
final class ImageTextGenerator implements AutoCloseable {

    private final NDManager manager;
    private final VisionEncoder vision;
    private final Bridge bridge;
    private final Optional<LanguageModel> language;
    private final Generator generator;

    /** Takes ownership of the manager, which owns the models' parameters. */
    private ImageTextGenerator(
            NDManager manager,
            VisionEncoder vision,
            Bridge bridge,
            Optional<LanguageModel> language,
            DecodingConfig decoding) {
        this.manager = manager;
        this.vision = vision;
        this.bridge = bridge;
        this.language = language;
        generator = new Generator(decoding);
    }

    /**
     * Builds the models of a run with the weights of its latest finished steps.
     *
     * @param experiment with a vision encoder, a bridge, and a language model or a bridge that writes itself
     */
    static ImageTextGenerator of(Experiment experiment, RunDirectory run, DecodingConfig decoding) {
        Torch.setThreads(experiment.threads());
        RunModels models = new RunModels(experiment, run, new DataFolder(Path.of("data")), Progress.SILENT);
        return closedOnFailure(manager -> new ImageTextGenerator(
                manager,
                models.vision(manager, Optional.empty()),
                models.bridge(manager, Optional.empty()),
                experiment.language().map(setting -> models.language(manager, Optional.empty())),
                decoding));
    }

    /**
     * Builds the models of a checkpoint.
     *
     * @param components by role
     */
    static ImageTextGenerator of(Map<String, PluginSetting> components, DecodingConfig decoding) {
        ModelBuilder models = new ModelBuilder(components, new RunSeed(0), () -> {
            throw new IllegalArgumentException("the checkpoint folder has no tokenizer.json");
        });
        return closedOnFailure(manager -> new ImageTextGenerator(
                manager,
                models.vision(manager, Optional.empty()),
                models.bridge(manager, Optional.empty()),
                Optional.ofNullable(components.get("language"))
                        .map(setting -> models.language(manager, Optional.empty())),
                decoding));
    }

    private static ImageTextGenerator closedOnFailure(Function<NDManager, ImageTextGenerator> build) {
        NDManager manager = Torch.newManager();
        try {
            return build.apply(manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Whether an experiment has the parts that generate text. */
    static boolean canGenerate(Experiment experiment) {
        return experiment.vision().isPresent()
                && experiment.bridge().isPresent()
                && (experiment.language().isPresent()
                        || experiment
                                .bridge()
                                .filter(setting -> RepresentationLearner.class.isAssignableFrom(
                                        setting.plugin().type()))
                                .isPresent());
    }

    /**
     * Generates a text an image.
     *
     * @param prompt stands between each image's soft prompt and its text; may be empty, and is where the bridge writes
     */
    List<String> texts(List<RgbImage> images, String prompt) {
        try (NDManager inner = manager.newSubManager()) {
            NDArray features = vision.encode(PixelBatch.of(inner, vision, images)); // (B, N, Dv)
            if (language.isPresent()) {
                LanguageInput input =
                        LanguageInput.decoding(bridge.softPrompt(features), Collections.nCopies(images.size(), prompt));
                return generator.texts(
                        language.get().decoder(input), language.get().tokenizer());
            }
            RepresentationLearner learner = (RepresentationLearner) bridge;
            return generator.texts(learner.look(features).captioner(), learner.tokenizer());
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
