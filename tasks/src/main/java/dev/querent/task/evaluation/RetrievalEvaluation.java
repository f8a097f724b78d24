package dev.querent.task.evaluation;

import dev.querent.data.Dataset;
import dev.querent.data.Sample;
import dev.querent.model.RepresentationLearner;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.PluginChoice;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionWork;
import dev.querent.step.PartitionedStep;
import dev.querent.step.StepContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Image-text retrieval both ways (BLIP-2, paper section 4.4; LAVIS's {@code compute_sim_matrix}): by the largest cosine of an image's
 * queries with a text, and with the best candidates ranked anew by the ITM logit plus that cosine. Beside it, how well ITM tells
 * matched pairs from wrong ones.
 *
 * <p>The first half of the partitions sees a range of images each and keeps similarities and features on disk; the second half matches
 * each image of a range with all texts that ask for it, so that its features are read, and projected to keys and values, once.
 */
@Plugin("retrieval-evaluation")
public final class RetrievalEvaluation implements PartitionedStep {

    /** What is searched. */
    public record Config(
            @Doc("split of the data set") String split,

            @Doc("a data set of its own; the experiment's where none is given")
            Optional<PluginChoice<Dataset>> data,

            @Doc("images in the gallery, the first ones of the split")
            int gallerySize,

            @Doc(
                    "whether texts are told apart by their words: equal ones are one, and an image whose first caption an earlier one"
                            + " has is left out; if not, every caption counts for itself, as in the paper")
            boolean differentCaptions,

            @Doc("how many of an image's captions join the gallery of texts")
            int captionsPerImage,

            @Doc("candidates that are ranked anew by ITM") int rerank,

            @Doc("equal parts of the images, each also searched by itself: 5 gives COCO 1K beside COCO 5K; 1 for none")
            int folds,

            @Doc("images encoded together") int batchSize,

            @Doc("images of a partition, which one process does at a time")
            int partitionSize) {

        /** The paper's candidates; a gallery for a small machine. */
        public static final Config DEFAULTS = new Config("test", Optional.empty(), 500, true, 1, 128, 1, 64, 64);

        public Config {
            Check.positive("gallery-size", gallerySize);
            Check.positive("captions-per-image", captionsPerImage);
            Check.positive("rerank", rerank);
            Check.positive("folds", folds);
            Check.positive("batch-size", batchSize);
            Check.positive("partition-size", partitionSize);
            Check.that(
                    folds == 1 || !differentCaptions,
                    "folds: with different-captions: true a text may belong to several folds. Write different-captions: false");
        }

        Gallery gallery(List<Sample> samples) {
            return new Gallery(samples, captionsPerImage, differentCaptions);
        }
    }

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

    private Gallery gallery(StepContext context) {
        Dataset data = config.data().map(context::dataset).orElseGet(context::dataset);
        return config.gallery(
                Gallery.choose(data.split(config.split()), config.gallerySize(), config.differentCaptions()));
    }

    private RetrievalParts parts(StepContext context, Gallery gallery) {
        return RetrievalParts.of(context.folder(), config.partitionSize(), gallery.images());
    }

    @Override
    public Set<String> uses() {
        return Set.of("vision", "bridge");
    }

    @Override
    public Set<String> makes() {
        return Set.of();
    }

    @Override
    public int partitions(StepContext context) {
        return parts(context, gallery(context)).files().count();
    }

    @Override
    public List<Integer> barriers(StepContext context) {
        return List.of(parts(context, gallery(context)).ranges());
    }

    @Override
    public PartitionWork open(StepContext context) {
        Gallery gallery = gallery(context);
        return new RetrievalWork(config, context, gallery, parts(context, gallery));
    }

    @Override
    public void merge(StepContext context, PartFiles files) {
        Gallery whole = gallery(context);
        RetrievalParts parts = parts(context, whole);
        SeenImages seen = new SeenImages(parts, whole, config::gallery);
        for (int image = 0; image < whole.images(); image++) {
            String id = whole.samples().get(image).id();
            if (seen.bad().containsKey(image)) {
                context.quarantine().report(id, seen.bad().get(image));
            } else {
                context.quarantine().used(id);
            }
        }
        if (seen.gallery().images() == 0) {
            throw new IllegalArgumentException(
                    "split \"" + config.split() + "\" has nothing to evaluate: none of its images can be decoded");
        }
        Candidates candidates = new Candidates(seen, config.rerank(), context.seed());
        Reranking reranking = new Reranking(candidates, parts, seen);
        if (!config.differentCaptions()) {
            RankingFiles.write(context.folder(), seen.gallery(), reranking);
        }
        new RetrievalSummary(config, seen, candidates, reranking).write(context.folder());
    }
}
