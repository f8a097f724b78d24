package dev.querent.pipeline;

import ai.djl.ndarray.NDArray;
import dev.querent.image.ImageTransform;
import dev.querent.model.Captioner;
import dev.querent.model.ComponentContext;
import dev.querent.model.TextDecoder;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.text.TextTokenizer;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.nio.file.Path;
import java.util.Arrays;

/** Captions as a run's bridge learned to write them in stage 1 (image-grounded text generation): CapFilt with models of this project. */
@Plugin("run")
public final class RunCaptioner implements Captioner {

    /** Which run. */
    public record Config(
            @Doc("folder of a run whose last training was stage 1")
            Path run) {}

    private final TrainedRun run;

    public RunCaptioner(Config config, ComponentContext context) {
        run = TrainedRun.open(config.run(), context.weights().manager());
    }

    @Override
    public TextDecoder decoder(NDArray pixels, String prompt) {
        try (Torch.GradientMode off = Torch.withoutGradients()) {
            TextDecoder decoder = run.look(pixels).captioner();
            for (long token : tokenizer().encodePlain(prompt)) {
                long[] tokens = new long[decoder.rows()];
                Arrays.fill(tokens, token);
                decoder.feed(tokens);
            }
            return decoder;
        }
    }

    @Override
    public String prompt() {
        return "";
    }

    @Override
    public TextTokenizer tokenizer() {
        return run.learner().tokenizer();
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
