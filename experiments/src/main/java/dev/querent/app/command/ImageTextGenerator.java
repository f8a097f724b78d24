package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.evaluation.PixelBatch;
import dev.querent.generation.DecodingConfig;
import dev.querent.generation.Generator;
import dev.querent.image.RgbImage;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.torch.Torch;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Texts about images by what a run has trained or a checkpoint holds; by the bridge alone where the run has no language model. */
final class ImageTextGenerator implements AutoCloseable {

    private final NDManager manager;
    private final VisionEncoder vision;
    private final Bridge bridge;
    private final Optional<LanguageModel> language;
    private final Generator generator;

    /** Builds the models of a folder that {@link #canGenerate}. */
    ImageTextGenerator(ModelFolder folder, DecodingConfig decoding) {
        manager = Torch.newManager();
        try {
            vision = folder.vision(manager);
            bridge = folder.bridge(manager);
            language = folder.has("language", LanguageModel.class)
                    ? Optional.of(folder.language(manager))
                    : Optional.empty();
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
        generator = new Generator(decoding);
    }

    /** Whether a model has the parts that generate text. */
    static boolean canGenerate(ModelFolder folder) {
        return folder.has("language", LanguageModel.class)
                || (folder instanceof RunModel && folder.has("bridge", RepresentationLearner.class));
    }

    /**
     * Generates texts for each image.
     *
     * @param prompt stands between each image's soft prompt and its text; may be empty, and is where the bridge writes
     * @param first number of the first image among all that texts are generated for
     */
    List<List<String>> texts(List<RgbImage> images, String prompt, long first) {
        try (NDManager inner = manager.newSubManager()) {
            NDArray features = vision.encode(PixelBatch.of(inner, vision, images)); // (B, N, Dv)
            if (language.isPresent()) {
                LanguageInput input =
                        LanguageInput.decoding(bridge.softPrompt(features), Collections.nCopies(images.size(), prompt));
                return generator.allTexts(
                        language.get().decoder(input), language.get().tokenizer(), first);
            }
            RepresentationLearner learner = (RepresentationLearner) bridge;
            return generator.allTexts(learner.look(features).captioner(), learner.tokenizer(), first);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
