package dev.querent.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.image.ImageTransform;
import dev.querent.model.ComponentContext;
import dev.querent.model.ImageTextScorer;
import dev.querent.model.RepresentationLearner;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.text.CaptionText;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.nio.file.Path;
import java.util.List;

/** Scores as a run's bridge learned to give them in stage 1 (image-text contrast): an image's best query counts. */
@Plugin("run")
public final class RunScorer implements ImageTextScorer {

    /** Which run. */
    public record Config(
            @Doc("folder of a run whose last training was stage 1")
            Path run) {}

    private final TrainedRun run;

    public RunScorer(Config config, ComponentContext context) {
        run = TrainedRun.open(config.run(), context.weights().manager());
    }

    /** @return (B, Q, E): one embedding for each query */
    @Override
    public NDArray embedImages(NDArray pixels) {
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            return run.look(pixels).embeddings(); // (B, Q, E)
        }
    }

    @Override
    public NDArray embedTexts(NDManager owner, List<String> texts) {
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            RepresentationLearner learner = run.learner();
            return learner.embedText(
                    owner,
                    learner.encode(texts.stream().map(CaptionText::caption).toList())); // (C, E)
        }
    }

    @Override
    public NDArray scores(NDArray images, NDArray texts) {
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            NDArray cosines = images.matMul(texts.transpose()); // (B, Q, C)
            return cosines.max(new int[] {1}).div(run.learner().temperature()); // (B, C)
        }
    }

    @Override
    public ImageTransform transform() {
        return run.vision().transform();
    }

    @Override
    public ParameterSet parameters() {
        return run.learner().parameters();
    }
}
