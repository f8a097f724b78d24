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
import dev.querent.model.QuestionReader;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.model.VisionEncoder;
import dev.querent.text.CaptionText;
import dev.querent.text.TextTokenizer;
import dev.querent.torch.Torch;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Texts about images by what a run has trained or a checkpoint holds: by the language model, by the bridge alone where the run
 * has no language model, or by a captioner.
 */
final class ImageTextGenerator implements AutoCloseable {

    /** What a model that can't generate is told, behind its name. */
    static final String SILENT = ": has no language model, nor a bridge or captioner that writes by itself";

    private final NDManager manager;
    private final Writer writer;
    private final String ownPrompt;
    private final Generator generator;

    /** Texts at their first tokens. */
    private record Begun(TextDecoder decoder, TextTokenizer tokenizer) {}

    /** Begins a text for each image, behind its prompt. */
    @FunctionalInterface
    private interface Writer {
        Begun begin(NDManager owner, List<RgbImage> images, List<String> prompts, Optional<String> question);
    }

    /** Builds the models of a folder that {@link #canGenerate}. */
    ImageTextGenerator(ModelFolder folder, DecodingConfig decoding) {
        manager = Torch.newManager();
        try {
            Optional<Captioner> captioner = folder.captioner(manager);
            writer = captioner.map(ImageTextGenerator::by).orElseGet(() -> behindBridge(folder));
            ownPrompt = captioner.map(Captioner::prompt).orElse("");
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
        generator = new Generator(decoding);
    }

    private static Writer by(Captioner captioner) {
        return (owner, images, prompts, question) -> new Begun(
                captioner.decoder(PixelBatch.of(owner, captioner.transform(), images), prompts.get(0)),
                captioner.tokenizer());
    }

    private Writer behindBridge(ModelFolder folder) {
        VisionEncoder vision = folder.vision(manager);
        Bridge bridge = folder.bridge(manager);
        Optional<LanguageModel> language =
                folder.has("language", LanguageModel.class) ? Optional.of(folder.language(manager)) : Optional.empty();
        boolean bridgeReads = folder.asking().readByBridge();
        return (owner, images, prompts, question) -> {
            NDArray features = vision.encode(PixelBatch.of(owner, vision, images)); // (B, N, Dv)
            if (language.isPresent()) {
                NDArray softPrompt = question.filter(asked -> bridgeReads)
                        .map(asked -> softPrompt((QuestionReader) bridge, features, asked))
                        .orElseGet(() -> bridge.softPrompt(features));
                LanguageInput input = LanguageInput.decoding(softPrompt, prompts);
                return new Begun(language.get().decoder(input), language.get().tokenizer());
            }
            RepresentationLearner learner = (RepresentationLearner) bridge;
            return new Begun(learner.look(features).captioner(), learner.tokenizer());
        };
    }

    /** (B, N, Dv) -> (B, Q, Dl) */
    private static NDArray softPrompt(QuestionReader bridge, NDArray features, String question) {
        int images = Math.toIntExact(features.getShape().get(0));
        return bridge.softPrompt(
                features,
                IntStream.range(0, images).toArray(),
                Collections.nCopies(images, CaptionText.question(question)));
    }

    /** What texts go on from where nothing is said: a captioner's prompt, otherwise nothing. */
    String ownPrompt() {
        return ownPrompt;
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
     * @param prompts what each text goes on from, behind its image's soft prompt; may be empty strings. A captioner takes the
     *     same one for all images, the bridge alone none
     * @param question what the prompts ask, for a bridge that reads it too
     * @param first number of the first image among all that texts are generated for
     */
    List<List<String>> texts(List<RgbImage> images, List<String> prompts, Optional<String> question, long first) {
        try (NDManager inner = manager.newSubManager()) {
            Begun begun = writer.begin(inner, images, prompts, question);
            return generator.allTexts(begun.decoder(), begun.tokenizer(), first);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
