package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Batch;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.RepresentationLearner.ImageView;
import dev.querent.nn.Tensors;
import dev.querent.random.RunSeed;
import dev.querent.task.objective.ImageTextMatching;
import dev.querent.task.objective.PairBatch;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import dev.querent.training.AccumulatedObjective;
import dev.querent.training.Objective;
import dev.querent.training.Trainer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Stage 1 on a batch in several passes that keeps the whole batch's negatives. Embeddings are computed part by part and kept
 * without their graphs; contrast is differentiated down to them alone; then each part is computed once more and the embeddings'
 * gradients go on from there (gradient caching, arXiv 2101.06983). Matching finds its negatives in the whole batch. Losses and
 * gradients are those of one pass, but for dropout, which draws other masks.
 */
final class AccumulatedRepresentation implements AccumulatedObjective {

    private final RepresentationStep.Losses losses;
    private final int size;
    private final RunSeed seed;
    private final RepresentationLearner learner;
    private final LongFunction<Batch> batches;
    private final BiFunction<Batch, NDManager, NDArray> encoder;

    /**
     * @param size pairs a pass
     * @param batches of each step
     * @param encoder gives the features of some images: (B, N, Dv)
     */
    AccumulatedRepresentation(
            RepresentationStep.Losses losses,
            int size,
            RunSeed seed,
            LongFunction<Batch> batches,
            BiFunction<Batch, NDManager, NDArray> encoder) {
        this.losses = losses;
        this.size = size;
        this.seed = seed;
        learner = losses.learner();
        this.batches = batches;
        this.encoder = encoder;
    }

    /** What the passes of one step share; tensors belong to the step. */
    private record Shared(
            long step,
            NDArray features,
            TokenBatch texts,
            Embeddings embeddings,
            Optional<ImageTextMatching.Negatives> negatives) {}

    /** Of the whole batch, (B, Q, E) and (B, E), leaves that gather the gradient of contrast. */
    private record Embeddings(NDArray images, NDArray texts) {}

    @Override
    public List<Pass> passes(long step, NDManager manager) {
        Batch batch = batches.apply(step);
        List<int[]> parts = parts(batch.rows());
        NDArray features = features(batch, parts, manager);
        TokenBatch texts = learner.encode(batch.captions());
        boolean[][] same = PairBatch.same(batch.captions(), batch.groups());
        boolean contrasts = losses.config().contrastive() > 0;
        int before = contrasts ? 1 : 0;
        Embeddings embeddings = embeddings(step, before, features, texts, parts, manager);
        Shared shared = new Shared(step, features, texts, embeddings, negatives(step, embeddings, same));
        List<Pass> passes = new ArrayList<>();
        if (contrasts) {
            passes.add(owner -> contrast(owner, embeddings, same));
        }
        parts.forEach(part -> passes.add(owner -> part(owner, shared, part[0], part[1])));
        return passes;
    }

    private List<int[]> parts(int rows) {
        List<int[]> parts = new ArrayList<>();
        for (int start = 0; start < rows; start += size) {
            parts.add(new int[] {start, Math.min(rows, start + size)});
        }
        return parts;
    }

    private NDArray features(Batch batch, List<int[]> parts, NDManager manager) {
        List<NDArray> features = new ArrayList<>();
        try (NDManager passing = manager.newSubManager()) {
            parts.forEach(part -> features.add(encoder.apply(batch.slice(part[0], part[1]), passing)));
            return Tensors.concatenate(manager, 0, features.toArray(NDArray[]::new));
        }
    }

    /**
     * With gradients recorded and thrown away, so that dropout draws the masks of the passes to come.
     *
     * @param before passes before those of the parts
     */
    private Embeddings embeddings(
            long step, int before, NDArray features, TokenBatch texts, List<int[]> parts, NDManager manager) {
        NDArray[] images = new NDArray[parts.size()];
        NDArray[] read = new NDArray[parts.size()];
        try (NDManager kept = manager.newSubManager()) {
            for (int i = 0; i < images.length; i++) {
                int[] part = parts.get(i);
                Trainer.seedDropout(seed, step, before + i);
                try (NDManager passing = manager.newSubManager()) {
                    ImageView view = learner.look(rows(passing, features, part[0], part[1]));
                    images[i] = view.embeddings().stopGradient();
                    read[i] = learner.embedText(passing, texts.select(range(part)))
                            .stopGradient();
                    images[i].attach(kept);
                    read[i].attach(kept);
                }
            }
            return new Embeddings(leaf(manager, images), leaf(manager, read));
        }
    }

    private static NDArray leaf(NDManager manager, NDArray... parts) {
        NDArray whole = Tensors.concatenate(manager, 0, parts);
        whole.setRequiresGradient(true);
        return whole;
    }

    private Optional<ImageTextMatching.Negatives> negatives(long step, Embeddings embeddings, boolean[][] same) {
        if (losses.config().matching() == 0) {
            return Optional.empty();
        }
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager passing = embeddings.images().getManager().newSubManager()) {
            NDArray similarity = similarity(passing, embeddings);
            return Optional.of(losses.matching().draw(step, similarity, similarity.transpose(), same));
        }
    }

    private NDArray similarity(NDManager owner, Embeddings embeddings) {
        NDArray images = Tensors.reshape(
                owner, embeddings.images(), embeddings.images().getShape().getShape());
        return PairBatch.similarity(images, embeddings.texts(), learner.temperature());
    }

    private Objective.Loss contrast(NDManager owner, Embeddings embeddings, boolean[][] same) {
        NDArray similarity = similarity(owner, embeddings);
        NDArray loss = losses.contrastive().loss(similarity, similarity.transpose(), same);
        return new Objective.Loss(Tensors.scale(loss, losses.config().contrastive()), Map.of("itc", loss));
    }

    private Objective.Loss part(NDManager owner, Shared shared, int start, int end) {
        ImageView view = learner.look(rows(owner, shared.features(), start, end));
        TokenBatch texts = shared.texts().select(range(start, end));
        NDArray total = gradientsOfContrast(owner, shared.embeddings(), view, texts, start, end);
        Map<String, NDArray> parts = new LinkedHashMap<>();
        if (shared.negatives().isPresent()) {
            ImageTextMatching.Negatives negatives = shared.negatives().get();
            int[] foreign = ImageTextMatching.foreign(negatives, start, end);
            ImageView others = foreign.length == 0 ? view : learner.look(select(owner, shared.features(), foreign));
            ImageTextMatching.Result result =
                    losses.matching().part(negatives, start, end, view, others, shared.texts());
            parts.put("itm", result.loss());
            parts.put("itm-balanced-accuracy", result.balancedAccuracy());
            total = total.add(Tensors.scale(result.loss(), losses.config().matching()));
        }
        if (losses.config().generation() > 0) {
            double share = (double) predicted(texts) / predicted(shared.texts());
            NDArray loss = Tensors.scale(losses.generation().loss(view, texts), share);
            parts.put("itg", loss);
            total = total.add(Tensors.scale(loss, losses.config().generation()));
        }
        return new Objective.Loss(total, parts);
    }

    /** A zero whose gradient is what contrast makes of the part's embeddings. */
    private NDArray gradientsOfContrast(
            NDManager owner, Embeddings whole, ImageView view, TokenBatch texts, int start, int end) {
        NDArray images = view.embeddings();
        NDArray read = learner.embedText(owner, texts);
        Optional<NDArray> toImages = Torch.gradient(whole.images());
        Optional<NDArray> toTexts = Torch.gradient(whole.texts());
        if (toImages.isEmpty() || toTexts.isEmpty()) {
            return owner.zeros(new ai.djl.ndarray.types.Shape());
        }
        NDArray product = images.mul(rows(owner, toImages.get(), start, end))
                .sum()
                .add(read.mul(rows(owner, toTexts.get(), start, end)).sum());
        return product.sub(product.stopGradient());
    }

    /** Every token but the first of each text is predicted. */
    private static long predicted(TokenBatch texts) {
        return texts.tokens() - texts.rows();
    }

    private static NDArray rows(NDManager owner, NDArray x, int start, int end) {
        NDArray rows = Tensors.slice(x, 0, start, end);
        rows.attach(owner);
        return rows;
    }

    private static NDArray select(NDManager owner, NDArray x, int... chosen) {
        NDArray rows = Tensors.selectRows(x, chosen);
        rows.attach(owner);
        return rows;
    }

    private static int[] range(int[] part) {
        return range(part[0], part[1]);
    }

    private static int[] range(int start, int end) {
        return IntStream.range(start, end).toArray();
    }
}
