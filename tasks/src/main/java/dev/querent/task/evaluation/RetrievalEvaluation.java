package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Sample;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.VisionEncoder;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.random.Purpose;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.text.CaptionText;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Image-text retrieval both ways (BLIP-2, paper section 4.4): by the largest cosine of an image's queries with a text, and
 * with the best candidates ranked anew by the ITM logit plus that cosine. Beside it, how well ITM tells matched pairs from
 * wrong ones.
 */
@Plugin("retrieval-evaluation")
public final class RetrievalEvaluation implements PipelineStep {

    /** What is searched. */
    public record Config(
            @Doc("split of the data set") String split,

            @Doc("images in the gallery, the first usable ones of the split")
            int gallerySize,

            @Doc("whether an image whose first caption an earlier one has is left out")
            boolean differentCaptions,

            @Doc("how many of an image's captions join the gallery of texts")
            int captionsPerImage,

            @Doc("candidates that are ranked anew by ITM (the paper takes 128 of 5,000)")
            int rerank,

            @Doc("images looked at together") int batchSize) {

        /** A gallery for a small machine. */
        public static final Config DEFAULTS = new Config("test", 500, true, 1, 32, 64);

        public Config {
            Check.positive("gallery-size", gallerySize);
            Check.positive("captions-per-image", captionsPerImage);
            Check.positive("rerank", rerank);
            Check.positive("batch-size", batchSize);
        }
    }

    private static final int TEXTS_AT_ONCE = 256;

    private final Config config;

    public RetrievalEvaluation(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        return experiment.has("bridge", RepresentationLearner.class)
                ? List.of()
                : List.of("retrieval-evaluation needs a bridge that learns representations of images and texts, such as"
                        + " q-former: choose one, or remove this step");
    }

    @Override
    public void run(StepContext context) {
        try (NDManager manager = Torch.newManager()) {
            VisionEncoder encoder = context.vision(manager);
            if (!(context.bridge(manager) instanceof RepresentationLearner learner)) {
                throw new IllegalArgumentException(
                        problems(new ExperimentParts(java.util.Map.of())).get(0));
            }
            List<Sample> samples = UsableSamples.of(
                    context,
                    config.split(),
                    config.gallerySize(),
                    config.differentCaptions() ? Gallery.differentCaptions() : sample -> true);
            Gallery gallery = new Gallery(samples, config.captionsPerImage());
            FeatureBatches batches = new FeatureBatches(context, encoder, manager, config.batchSize());
            Retrieval retrieval = new Retrieval(gallery, similarities(gallery, learner, batches, manager));
            List<Optional<Retrieval.Negatives>> negatives = new ArrayList<>();
            for (int image = 0; image < samples.size(); image++) {
                long place = image;
                negatives.add(
                        retrieval.negatives(image, () -> context.seed().generator(Purpose.HARD_NEGATIVES, place)));
            }
            match(gallery, retrieval, negatives, learner, batches);
            new RetrievalSummary(config, gallery, retrieval, negatives).write(context.folder());
        }
    }

    private static float[][] similarities(
            Gallery gallery, RepresentationLearner learner, FeatureBatches batches, NDManager manager) {
        float[][] similarities = new float[gallery.samples().size()][];
        try (NDManager memory = manager.newSubManager()) {
            NDArray texts = embed(gallery.texts(), learner, memory).transpose(); // (E, T)
            batches.forEach(gallery.samples(), 0, 2L * similarities.length, (first, samples, features) -> {
                NDArray images = learner.look(features).embeddings(); // (B, Q, E)
                NDArray cosines = images.matMul(texts); // (B, Q, T)
                float[] best = cosines.max(new int[] {1}).toFloatArray(); // (B, T)
                int width = gallery.texts().size();
                for (int row = 0; row < samples.size(); row++) {
                    similarities[first + row] = java.util.Arrays.copyOfRange(best, row * width, (row + 1) * width);
                }
            });
        }
        return similarities;
    }

    private static NDArray embed(List<String> texts, RepresentationLearner learner, NDManager owner) {
        List<NDArray> parts = new ArrayList<>();
        for (int from = 0; from < texts.size(); from += TEXTS_AT_ONCE) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + TEXTS_AT_ONCE));
            try (NDManager inner = owner.newSubManager()) {
                NDArray part = learner.embedText(
                        inner,
                        learner.encode(some.stream().map(CaptionText::caption).toList()));
                part.attach(owner);
                parts.add(part);
            }
        }
        return Tensors.concatenate(owner, 0, parts.toArray(NDArray[]::new));
    }

    private void match(
            Gallery gallery,
            Retrieval retrieval,
            List<Optional<Retrieval.Negatives>> negatives,
            RepresentationLearner learner,
            FeatureBatches batches) {
        List<Set<Integer>> candidates = retrieval.candidates(config.rerank());
        int images = gallery.samples().size();
        batches.forEach(gallery.samples(), images, 2L * images, (first, samples, features) -> {
            List<Retrieval.Pair> pairs = new ArrayList<>();
            for (int row = 0; row < samples.size(); row++) {
                int image = first + row;
                Set<Integer> texts = new LinkedHashSet<>(candidates.get(image));
                texts.add(gallery.firstText(image));
                negatives.get(image).ifPresent(wrong -> {
                    texts.add(wrong.hardest());
                    texts.add(wrong.random());
                });
                texts.forEach(text -> pairs.add(new Retrieval.Pair(image, text)));
            }
            RepresentationLearner.ImageView view = learner.look(features);
            for (int from = 0; from < pairs.size(); from += TEXTS_AT_ONCE) {
                List<Retrieval.Pair> some = pairs.subList(from, Math.min(pairs.size(), from + TEXTS_AT_ONCE));
                float[] logits = logits(some, first, gallery, view, learner);
                for (int row = 0; row < some.size(); row++) {
                    retrieval.matched(some.get(row), logits[2 * row], logits[2 * row + 1]);
                }
            }
        });
    }

    /** (R, 2), row by row. */
    private static float[] logits(
            List<Retrieval.Pair> pairs,
            int first,
            Gallery gallery,
            RepresentationLearner.ImageView view,
            RepresentationLearner learner) {
        int[] images = pairs.stream().mapToInt(pair -> pair.image() - first).toArray();
        TokenBatch texts = learner.encode(pairs.stream()
                .map(pair -> CaptionText.caption(gallery.texts().get(pair.text())))
                .toList());
        try (NDArray scores = view.match(images, texts)) { // (R, 2)
            return scores.toFloatArray();
        }
    }
}
