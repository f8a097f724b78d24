package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.evaluation.PixelBatch;
import dev.querent.generation.DecodingConfig;
import dev.querent.generation.Generator;
import dev.querent.image.RgbImage;
import dev.querent.model.Bridge;
import dev.querent.model.Captioner;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.model.VisionEncoder;
import dev.querent.text.TextTokenizer;
import dev.querent.torch.Torch;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Texts about images by what a run has trained or a checkpoint holds: by the language model, by the bridge alone where the run
 * has no language model, or by a captioner.
 */
final class ImageTextGenerator implements AutoCloseable {

    private final NDManager manager;
    private final Writer writer;
    private final Generator generator;

    /** Texts at their first tokens. */
    private record Begun(TextDecoder decoder, TextTokenizer tokenizer) {}

    /** Begins a text for each image. */
    @FunctionalInterface
    private interface Writer {
        Begun begin(NDManager owner, List<RgbImage> images, Optional<String> prompt);
    }

    /** Builds the models of a folder that {@link #canGenerate}. */
    ImageTextGenerator(ModelFolder folder, DecodingConfig decoding) {
        manager = Torch.newManager();
        try {
            writer = folder.captioner(manager).map(ImageTextGenerator::by).orElseGet(() -> behindBridge(folder));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
        generator = new Generator(decoding);
    }

    private static Writer by(Captioner captioner) {
        return (owner, images, prompt) -> new Begun(
                captioner.decoder(
                        PixelBatch.of(owner, captioner.transform(), images), prompt.orElseGet(captioner::prompt)),
                captioner.tokenizer());
    }

    private Writer behindBridge(ModelFolder folder) {
        VisionEncoder vision = folder.vision(manager);
        Bridge bridge = folder.bridge(manager);
        Optional<LanguageModel> language =
                folder.has("language", LanguageModel.class) ? Optional.of(folder.language(manager)) : Optional.empty();
        return (owner, images, prompt) -> {
            NDArray features = vision.encode(PixelBatch.of(owner, vision, images)); // (B, N, Dv)
            if (language.isPresent()) {
                LanguageInput input = LanguageInput.decoding(
                        bridge.softPrompt(features), Collections.nCopies(images.size(), prompt.orElse("")));
                return new Begun(language.get().decoder(input), language.get().tokenizer());
            }
            RepresentationLearner learner = (RepresentationLearner) bridge;
            return new Begun(learner.look(features).captioner(), learner.tokenizer());
        };
    }

    /** Whether a model has the parts that generate text. */
    static boolean canGenerate(ModelFolder folder) {
        return folder.has("language", LanguageModel.class)
                || folder.has("captioner", Captioner.class)
                || (folder instanceof RunModel && folder.has("bridge", RepresentationLearner.class));
    }

    /**
     * Generates texts for each image.
     *
     * @param prompt what each text goes on from, behind an image's soft prompt; where empty, a captioner takes its own and a
     *     language model none. The bridge alone takes none
     * @param first number of the first image among all that texts are generated for
     */
    List<List<String>> texts(List<RgbImage> images, Optional<String> prompt, long first) {
        try (NDManager inner = manager.newSubManager()) {
            Begun begun = writer.begin(inner, images, prompt);
            return generator.allTexts(begun.decoder(), begun.tokenizer(), first);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
