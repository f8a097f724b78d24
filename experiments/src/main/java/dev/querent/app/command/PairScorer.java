package dev.querent.app.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.evaluation.PixelBatch;
import dev.querent.generation.TextLikelihood;
import dev.querent.image.ImageTransform;
import dev.querent.image.RgbImage;
import dev.querent.model.Bridge;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.RepresentationLearner.ImageView;
import dev.querent.model.TextDecoder;
import dev.querent.model.VisionEncoder;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How well texts fit images: contrast and matching by the bridge, likelihood by the language model, as far as a model has them; or
 * similarity by an image-text scorer.
 */
final class PairScorer implements AutoCloseable {

    private final NDManager manager;
    private final Optional<ImageTextScorer> scorer;
    private final Optional<Bridged> bridged;

    /** A BLIP-2. */
    private record Bridged(
            VisionEncoder vision,
            Bridge bridge,
            Optional<RepresentationLearner> learner,
            Optional<LanguageModel> language) {}

    /**
     * Scores of one pair.
     *
     * @param itc the largest cosine of a query's embedding and the text's, from -1 to 1
     * @param itm probability that the pair matches
     */
    record Representation(double itc, double itm) {}

    /**
     * Scores of one pair, as far as the model has them.
     *
     * @param likelihood of the text given the image
     * @param similarity by an image-text scorer: the cosine of the embeddings times the factor that it was trained with
     */
    record Score(
            Optional<Representation> representation, Optional<TextLikelihood> likelihood, Optional<Float> similarity) {}

    PairScorer(ModelFolder folder) {
        manager = Torch.newManager();
        try {
            scorer = folder.scorer(manager);
            bridged = folder.components().containsKey("bridge") ? Optional.of(bridged(folder)) : Optional.empty();
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private Bridged bridged(ModelFolder folder) {
        Bridge bridge = folder.bridge(manager);
        return new Bridged(
                folder.vision(manager),
                bridge,
                folder.learner(manager, bridge),
                folder.has("language", LanguageModel.class) ? Optional.of(folder.language(manager)) : Optional.empty());
    }

    boolean hasSimilarity() {
        return scorer.isPresent();
    }

    boolean hasRepresentation() {
        return bridged.flatMap(Bridged::learner).isPresent();
    }

    boolean hasLanguage() {
        return bridged.flatMap(Bridged::language).isPresent();
    }

    /**
     * Scores every image with every text.
     *
     * @return for each image a list with a score for each text
     */
    List<List<Score>> scores(List<RgbImage> images, List<String> texts) {
        ImageTransform transform = scorer.map(ImageTextScorer::transform)
                .orElseGet(() -> bridged.orElseThrow().vision().transform());
        try (NDManager passing = manager.newSubManager()) {
            return scores(PixelBatch.of(passing, transform, images), texts);
        }
    }

    /** As {@link #scores(List, List)}, of pixels (B, 3, S, S), which are used up. */
    List<List<Score>> scores(NDArray pixels, List<String> texts) {
        int images = (int) pixels.getShape().get(0);
        NDArray seen = scorer.map(it -> it.embedImages(pixels)) // (B, E)
                .orElseGet(() -> bridged.orElseThrow().vision().encode(pixels)); // (B, N, Dv)
        List<List<Score>> scores = IntStream.range(0, images)
                .<List<Score>>mapToObj(i -> new ArrayList<>())
                .toList();
        for (String text : texts) {
            List<Score> ofText = ofText(seen, images, text);
            for (int image = 0; image < images; image++) {
                scores.get(image).add(ofText.get(image));
            }
        }
        return scores;
    }

    /** In memory of its own, so that it doesn't add up over many texts. */
    private List<Score> ofText(NDArray features, int images, String text) {
        try (NDManager passing = manager.newSubManager()) {
            NDArray seen = features.duplicate();
            seen.attach(passing);
            Optional<float[]> similar = scorer.map(
                    it -> it.scores(seen, it.embedTexts(passing, List.of(text))).toFloatArray()); // (B, 1)
            Optional<List<Representation>> represented =
                    bridged.flatMap(Bridged::learner).map(it -> represented(it, seen, images, text));
            Optional<List<TextLikelihood>> likelihoods = bridged.flatMap(it ->
                    it.language().map(model -> likelihoods(model, it.bridge().softPrompt(seen), images, text)));
            return IntStream.range(0, images)
                    .mapToObj(image -> new Score(
                            represented.map(list -> list.get(image)),
                            likelihoods.map(list -> list.get(image)),
                            similar.map(list -> list[image])))
                    .toList();
        }
    }

    private static List<Representation> represented(
            RepresentationLearner model, NDArray features, int images, String text) {
        ImageView view = model.look(features);
        TokenBatch copies = model.encode(Collections.nCopies(images, text));
        float[] logits =
                view.match(IntStream.range(0, images).toArray(), copies).toFloatArray(); // (B, 2)
        float[] queries = view.embeddings().toFloatArray(); // (B, Q, E)
        float[] words = model.embedText(features.getManager(), model.encode(List.of(text)))
                .toFloatArray(); // (1, E)
        List<Representation> scores = new ArrayList<>();
        for (int image = 0; image < images; image++) {
            double match = 1 / (1 + Math.exp(logits[2 * image] - logits[2 * image + 1]));
            scores.add(new Representation(largestCosine(queries, images, image, words), match));
        }
        return scores;
    }

    /** Of unit vectors: the queries of one image, and a text. */
    private static double largestCosine(float[] queries, int images, int image, float[] text) {
        int each = queries.length / images; // Q * E
        double largest = -1;
        for (int query = image * each; query < (image + 1) * each; query += text.length) {
            double cosine = 0;
            for (int i = 0; i < text.length; i++) {
                cosine += (double) queries[query + i] * text[i];
            }
            largest = Math.max(largest, cosine);
        }
        return largest;
    }

    private static List<TextLikelihood> likelihoods(LanguageModel model, NDArray prompt, int rows, String text) {
        long[] tokens = model.tokenizer().encodePlain(text.strip().replaceAll("\\s+", " "));
        try (TextDecoder decoder = model.decoder(LanguageInput.decoding(prompt, Collections.nCopies(rows, "")))) {
            return TextLikelihood.of(decoder, Collections.nCopies(rows, tokens));
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
