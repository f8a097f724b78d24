package dev.querent.task.evaluation;

import ai.djl.ndarray.NDManager;
import dev.querent.model.RepresentationLearner;
import dev.querent.progress.StoppedException;
import dev.querent.step.PartitionWork;
import dev.querent.step.StepContext;
import dev.querent.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** One process at work on a retrieval evaluation. It holds what one of the halves needs, loaded when the half comes. */
final class RetrievalWork implements PartitionWork {

    /** Texts longer than that are cut (LAVIS's {@code compute_sim_matrix}, whatever the length in training). */
    static final int TEXT_TOKENS = 35;

    private final RetrievalEvaluation.Config config;
    private final StepContext context;
    private final Gallery gallery;
    private final RetrievalParts parts;
    private Optional<Half> loaded = Optional.empty();

    /** What does the partitions of one half. */
    interface Half extends AutoCloseable {
        void write(int range, Path file) throws IOException;

        @Override
        void close();
    }

    RetrievalWork(RetrievalEvaluation.Config config, StepContext context, Gallery gallery, RetrievalParts parts) {
        this.config = config;
        this.context = context;
        this.gallery = gallery;
        this.parts = parts;
    }

    @Override
    public void write(int partition, Path file) throws IOException {
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            if (partition < parts.ranges()) {
                half(ImageSimilarities.class).write(partition, file);
            } else {
                half(PairMatching.class).write(partition - parts.ranges(), file);
            }
        }
    }

    private Half half(Class<? extends Half> wanted) {
        if (loaded.isPresent() && wanted.isInstance(loaded.get())) {
            return loaded.get();
        }
        close();
        Half half = wanted == ImageSimilarities.class
                ? ImageSimilarities.open(config, context, gallery, parts)
                : PairMatching.open(config, context, gallery, parts);
        loaded = Optional.of(half);
        return half;
    }

    static RepresentationLearner learner(StepContext context, NDManager manager) {
        if (context.bridge(manager) instanceof RepresentationLearner learner) {
            return learner;
        }
        throw new IllegalArgumentException("retrieval-evaluation needs a bridge that learns representations");
    }

    static void stopIfAsked(StepContext context) {
        if (context.stopSignal().stopRequested()) {
            throw new StoppedException("stopped in a partition");
        }
    }

    @Override
    public void close() {
        loaded.ifPresent(Half::close);
        loaded = Optional.empty();
    }
}
