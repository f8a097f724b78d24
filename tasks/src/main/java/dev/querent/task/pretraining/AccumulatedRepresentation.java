package dev.querent.task.pretraining;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.collective.Collectives;
import dev.querent.collective.Share;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Stage 1 on a batch in several passes, perhaps on several ranks, that keeps the whole batch's negatives. Embeddings are computed
 * part by part, kept without their graphs and gathered from all ranks; contrast is differentiated down to them alone; then each
 * part is computed once more and the embeddings' gradients go on from there (gradient caching, arXiv 2101.06983). Where a rank's
 * share is a single part, its graph is kept instead. Matching finds its negatives in the whole batch. Losses and gradients are
 * those of one pass, but for dropout, which draws other masks.
 *
 * <p>An encoder that is trained too works in the same way: features are kept without their graphs and gather their gradient, those of
 * mismatched images from all ranks; then each part is encoded once more.
 */
final class AccumulatedRepresentation implements AccumulatedObjective {

    private final RepresentationStep.Losses losses;
    private final int size;
    private final RunSeed seed;
    private final RepresentationLearner learner;
    private final LongFunction<Batch> batches;
    private final BiFunction<Batch, NDManager, NDArray> encoder;
    private final Optional<BiFunction<Batch, NDManager, StepVision.Features>> trainedEncoder;
    private final Collectives collectives;

    /**
     * @param losses say how many pairs a pass has, and what contrast trains
     * @param batches of each step
     * @param encoder gives the features of some images without a graph: (B, N, Dv)
     * @param trainedEncoder gives the same with a graph, where the encoder is trained
     * @param collectives the ranks that share a batch
     */
    AccumulatedRepresentation(
            RepresentationStep.Losses losses,
            RunSeed seed,
            LongFunction<Batch> batches,
            BiFunction<Batch, NDManager, NDArray> encoder,
            Optional<BiFunction<Batch, NDManager, StepVision.Features>> trainedEncoder,
            Collectives collectives) {
        this.losses = losses;
        size = losses.config().microBatchSize();
        this.seed = seed;
        learner = losses.learner();
        this.batches = batches;
        this.encoder = encoder;
        this.trainedEncoder = trainedEncoder;
        this.collectives = collectives;
    }

    /**
     * What the passes of one step share; tensors belong to the step.
     *
     * @param own the rank's rows of the batch
     * @param features of the rank's images: (b, N, Dv), a leaf where the encoder is trained
     * @param texts of the whole batch
     * @param foreign features of the images that the rank's texts are mismatched with, in the order of the texts: (f, N, Dv),
     *     as {@code features}
     * @param kept the rank's only part, with its graph
     */
    private record Shared(
            Share own,
            NDArray features,
            TokenBatch texts,
            boolean[][] same,
            Embeddings embeddings,
            Optional<ImageTextMatching.Negatives> negatives,
            NDArray foreign,
            Optional<Looked> kept) {}

    /**
     * A part as the bridge sees it.
     *
     * @param images (b, Q, E)
     * @param texts (b, E)
     */
    private record Looked(ImageView view, NDArray images, NDArray texts) {}

    /**
     * The side of the similarities that looks, and the side that is looked for.
     *
     * @param own the rank's, leaves that gather the gradient of contrast
     * @param candidates the whole batch's; leaves too where their gradient is wanted
     */
    private record Embeddings(Both own, Both candidates) {}

    /** Images (b, Q, E) and texts (b, E). */
    private record Both(NDArray images, NDArray texts) {

        void setLeaves() {
            images.setRequiresGradient(true);
            texts.setRequiresGradient(true);
        }
    }

    @Override
    public List<Pass> passes(long step, NDManager manager) {
        Batch batch = batches.apply(step);
        Share own = collectives.share(batch.rows());
        List<Share> parts = parts(own);
        NDArray features = leaf(features(batch, parts, manager));
        TokenBatch texts = learner.encode(batch.captions());
        boolean[][] same = PairBatch.same(batch.captions(), batch.groups());
        boolean contrasts = losses.config().contrastive() > 0;
        int before = contrasts ? 1 : 0;
        Optional<Looked> kept = Optional.empty();
        Both found;
        if (parts.size() == 1) {
            // masks of their own: the part's pass draws those of matching and generation
            Trainer.seedDropout(seed, step, before + 1, collectives.rank());
            Looked looked = look(features, texts.select(range(own)));
            kept = Optional.of(looked);
            found = new Both(looked.images().stopGradient(), looked.texts().stopGradient());
        } else {
            found = embeddings(step, before, features, texts, own, parts, manager);
        }
        Embeddings embeddings = gathered(found, batch.rows(), manager);
        Optional<ImageTextMatching.Negatives> negatives = negatives(step, embeddings, same, own);
        NDArray foreign = negatives
                .map(drawn -> leaf(fetched(manager, features, drawn.images())))
                .orElse(features);
        Shared shared = new Shared(own, features, texts, same, embeddings, negatives, foreign, kept);
        List<Pass> passes = new ArrayList<>();
        if (contrasts) {
            passes.add(owner -> contrast(owner, shared));
        }
        for (Share part : parts) {
            passes.add(owner -> {
                if (contrasts && part.start() == own.start()) {
                    addGradientsOfCandidates(shared);
                }
                return part(owner, shared, part);
            });
        }
        trainedEncoder.ifPresent(encoding -> parts.forEach(part -> passes.add(owner -> {
            if (part.start() == own.start()) {
                addGradientsOfForeign(shared);
            }
            return encoded(encoding.apply(batch.slice(part.start(), part.end()), owner), owner, shared, part);
        })));
        return passes;
    }

    private NDArray leaf(NDArray features) {
        boolean gathersGradient =
                trainedEncoder.isPresent() && features.getShape().get(0) > 0;
        features.setRequiresGradient(gathersGradient);
        return features;
    }

    private NDArray fetched(NDManager manager, NDArray features, int... rows) {
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            return collectives.fetch(manager, features, rows);
        }
    }

    /** What mismatched images make of their features belongs to the ranks that encode them. */
    private void addGradientsOfForeign(Shared shared) {
        if (shared.negatives().isEmpty()) {
            return;
        }
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            NDArray own = Torch.gradient(shared.features()).orElseThrow();
            NDArray foreign = Torch.gradient(shared.foreign()).orElse(shared.foreign());
            collectives.giveBack(foreign, own, shared.negatives().get().images());
        }
    }

    /** A zero whose gradient is what all passes have made of the part's features. */
    private static Objective.Loss encoded(StepVision.Features seen, NDManager owner, Shared shared, Share part) {
        NDArray gradient = Torch.gradient(shared.features()).orElseThrow();
        NDArray product =
                seen.tensor().mul(within(owner, gradient, shared.own(), part)).sum();
        return new Objective.Loss(product.sub(product.stopGradient()), Map.of()).followedBy(seen.backward());
    }

    private List<Share> parts(Share own) {
        int most = size == 0 ? own.rows() : size;
        List<Share> parts = new ArrayList<>();
        for (int start = own.start(); start < own.end(); start += most) {
            parts.add(new Share(start, Math.min(own.end(), start + most)));
        }
        return parts;
    }

    private NDArray features(Batch batch, List<Share> parts, NDManager manager) {
        List<NDArray> features = new ArrayList<>();
        try (NDManager passing = manager.newSubManager()) {
            parts.forEach(part -> features.add(encoder.apply(batch.slice(part.start(), part.end()), passing)));
            return Tensors.concatenate(manager, 0, features.toArray(NDArray[]::new));
        }
    }

    private Looked look(NDArray features, TokenBatch texts) {
        ImageView view = learner.look(features);
        NDArray images = view.embeddings(); // before the texts, each time: dropout draws one mask after the other
        return new Looked(view, images, learner.embedText(features.getManager(), texts));
    }

    /**
     * With gradients recorded and thrown away, so that dropout draws the masks of the passes to come.
     *
     * @param before passes before those of the parts
     */
    private Both embeddings(
            long step,
            int before,
            NDArray features,
            TokenBatch texts,
            Share own,
            List<Share> parts,
            NDManager manager) {
        NDArray[] images = new NDArray[parts.size()];
        NDArray[] read = new NDArray[parts.size()];
        try (NDManager kept = manager.newSubManager()) {
            for (int i = 0; i < images.length; i++) {
                Share part = parts.get(i);
                Trainer.seedDropout(seed, step, before + i, collectives.rank());
                try (NDManager passing = manager.newSubManager()) {
                    Looked looked = look(within(passing, features, own, part), texts.select(range(part)));
                    images[i] = looked.images().stopGradient();
                    read[i] = looked.texts().stopGradient();
                    images[i].attach(kept);
                    read[i].attach(kept);
                }
            }
            return new Both(Tensors.concatenate(manager, 0, images), Tensors.concatenate(manager, 0, read));
        }
    }

    private Embeddings gathered(Both found, int rows, NDManager manager) {
        Both own = new Both(
                Tensors.concatenate(manager, 0, found.images()), Tensors.concatenate(manager, 0, found.texts()));
        Both all = new Both(
                collectives.gather(manager, own.images(), rows), collectives.gather(manager, own.texts(), rows));
        own.setLeaves();
        if (losses.config().contrastGradient() == ContrastGradient.EXACT) {
            all.setLeaves();
        }
        return new Embeddings(own, all);
    }

    private Optional<ImageTextMatching.Negatives> negatives(
            long step, Embeddings embeddings, boolean[][] same, Share own) {
        if (losses.config().matching() == 0) {
            return Optional.empty();
        }
        ImageTextMatching.Negatives drawn;
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager passing = embeddings.own().images().getManager().newSubManager()) {
            drawn = losses.matching()
                    .draw(step, imageToText(passing, embeddings), textToImage(passing, embeddings), same, own.start());
        }
        ImageTextMatching.Negatives all =
                new ImageTextMatching.Negatives(ofAllRanks(drawn.images()), ofAllRanks(drawn.texts()));
        ImageTextMatching.requireSome(all);
        return Optional.of(all);
    }

    private int[] ofAllRanks(int... rows) {
        long[] all = IntStream.of(rows).asLongStream().toArray();
        collectives.largest(all);
        return Arrays.stream(all).mapToInt(Math::toIntExact).toArray();
    }

    /** (b, B) of the rank's images and all texts. */
    private NDArray imageToText(NDManager owner, Embeddings embeddings) {
        return PairBatch.similarity(
                in(owner, embeddings.own().images()), embeddings.candidates().texts(), learner.temperature());
    }

    /** (b, B) of the rank's texts and all images. */
    private NDArray textToImage(NDManager owner, Embeddings embeddings) {
        return PairBatch.similarity(
                        in(owner, embeddings.candidates().images()),
                        embeddings.own().texts(),
                        learner.temperature())
                .transpose();
    }

    /** The same tensor, with what is computed of it owned by another manager. */
    private static NDArray in(NDManager owner, NDArray x) {
        return Tensors.reshape(owner, x, x.getShape().getShape());
    }

    private Objective.Loss contrast(NDManager owner, Shared shared) {
        NDArray loss = losses.contrastive()
                .part(
                        imageToText(owner, shared.embeddings()),
                        textToImage(owner, shared.embeddings()),
                        shared.same(),
                        shared.own().start());
        return new Objective.Loss(Tensors.scale(loss, losses.config().contrastive()), Map.of("itc", loss));
    }

    /** All ranks have looked for their partners among this rank's embeddings, so the gradients of all are summed. */
    private void addGradientsOfCandidates(Shared shared) {
        Both own = shared.embeddings().own();
        Both candidates = shared.embeddings().candidates();
        addGradient(candidates.images(), own.images(), shared.own());
        addGradient(candidates.texts(), own.texts(), shared.own());
    }

    private void addGradient(NDArray candidates, NDArray own, Share share) {
        Optional<NDArray> found = Torch.gradient(candidates);
        if (found.isEmpty()) {
            return;
        }
        try (Torch.GradientMode off = Torch.withoutGradients();
                NDManager passing = own.getManager().newSubManager()) {
            NDArray gradient = found.get();
            collectives.sum(gradient);
            NDArray target = Torch.gradient(own).orElseThrow();
            Torch.copy(target.add(rows(passing, gradient, share.start(), share.end())), target);
        }
    }

    private Objective.Loss part(NDManager owner, Shared shared, Share part) {
        TokenBatch texts = shared.texts().select(range(part));
        Looked looked =
                shared.kept().orElseGet(() -> look(within(owner, shared.features(), shared.own(), part), texts));
        NDArray total = gradientsOfContrast(owner, shared, looked, part);
        Map<String, NDArray> parts = new LinkedHashMap<>();
        if (shared.negatives().isPresent()) {
            ImageTextMatching.Result result =
                    matching(owner, shared, shared.negatives().get(), looked.view(), part);
            parts.put("itm", result.loss());
            parts.put("itm-balanced-accuracy", result.balancedAccuracy());
            total = total.add(Tensors.scale(result.loss(), losses.config().matching()));
        }
        if (losses.config().generation() > 0) {
            double share = (double) predicted(texts) / predicted(shared.texts());
            NDArray loss = Tensors.scale(losses.generation().loss(looked.view(), texts), share);
            parts.put("itg", loss);
            total = total.add(Tensors.scale(loss, losses.config().generation()));
        }
        return new Objective.Loss(total, parts);
    }

    private ImageTextMatching.Result matching(
            NDManager owner, Shared shared, ImageTextMatching.Negatives negatives, ImageView view, Share part) {
        int first = ImageTextMatching.foreign(negatives, shared.own().start(), part.start()).length;
        int count = ImageTextMatching.foreign(negatives, part.start(), part.end()).length;
        ImageView others = count == 0 ? view : learner.look(rows(owner, shared.foreign(), first, first + count));
        return losses.matching().part(negatives, part.start(), part.end(), view, others, shared.texts());
    }

    /** A zero whose gradient is what contrast makes of the part's embeddings. */
    private NDArray gradientsOfContrast(NDManager owner, Shared shared, Looked looked, Share part) {
        Both own = shared.embeddings().own();
        Optional<NDArray> toImages = Torch.gradient(own.images());
        Optional<NDArray> toTexts = Torch.gradient(own.texts());
        if (toImages.isEmpty() || toTexts.isEmpty()) {
            return owner.zeros(new Shape());
        }
        NDArray product = in(owner, looked.images())
                .mul(within(owner, toImages.get(), shared.own(), part))
                .sum()
                .add(in(owner, looked.texts())
                        .mul(within(owner, toTexts.get(), shared.own(), part))
                        .sum());
        return product.sub(product.stopGradient());
    }

    /** Every token but the first of each text is predicted. */
    private static long predicted(TokenBatch texts) {
        return texts.tokens() - texts.rows();
    }

    /** A part's rows of what this rank holds. */
    private static NDArray within(NDManager owner, NDArray x, Share own, Share part) {
        return rows(owner, x, part.start() - own.start(), part.end() - own.start());
    }

    private static NDArray rows(NDManager owner, NDArray x, int start, int end) {
        NDArray rows = Tensors.slice(x, 0, start, end);
        rows.attach(owner);
        return rows;
    }

    private static int[] range(Share part) {
        return IntStream.range(part.start(), part.end()).toArray();
    }
}
