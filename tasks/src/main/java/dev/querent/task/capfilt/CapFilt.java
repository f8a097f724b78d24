package dev.querent.task.capfilt;

import dev.querent.model.Captioner;
import dev.querent.model.ImageTextScorer;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionWork;
import dev.querent.step.PartitionedStep;
import dev.querent.step.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * For each training image the captioner draws captions by nucleus sampling, the scorer ranks them together with the image's own, and the
 * best are kept. Later steps of the run train on what was kept, one caption drawn at each visit.
 */
@Plugin("capfilt")
public final class CapFilt implements PartitionedStep {

    /** How captions are drawn and chosen. */
    public record Config(
            @Doc("captions that are written for each image") int captions,

            @Doc("captions that are kept of each image, the best first")
            int keep,

            @Doc("a token is drawn from the likeliest whose probabilities together reach this")
            double topP,

            @Doc("what a token that the caption has already is made less likely by; 1 for nothing")
            double repetitionPenalty,

            @Doc("tokens before a caption may end") int minNewTokens,

            @Doc("tokens, end token included, at which a caption is cut off")
            int maxNewTokens,

            @Doc("images captioned together") int batchSize,

            @Doc("images of a partition, which one process does at a time")
            int partitionSize) {

        /** The paper's ten captions and two best; the nucleus of BLIP's code. */
        public static final Config DEFAULTS = new Config(10, 2, 0.9, 1.1, 5, 30, 16, 512);

        public Config {
            Check.range("captions", captions, 1, 1000);
            Check.range("keep", keep, 1, captions + 1);
            Check.range("top-p", topP, 0, 1);
            Check.range("repetition-penalty", repetitionPenalty, 0.01, 100);
            Check.range("min-new-tokens", minNewTokens, 0, 10_000);
            Check.range("max-new-tokens", maxNewTokens, 1, 10_000);
            Check.that(
                    minNewTokens <= maxNewTokens,
                    "min-new-tokens: expected at most max-new-tokens (" + maxNewTokens + "), found " + minNewTokens);
            Check.positive("batch-size", batchSize);
            Check.positive("partition-size", partitionSize);
        }
    }

    private final Config config;

    public CapFilt(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        List<String> problems = new ArrayList<>();
        if (!experiment.has("captioner", Captioner.class)) {
            problems.add(
                    "capfilt needs something that writes captions: wire a captioner, such as captioner: {plugin: blip,"
                            + " checkpoint: DIR}");
        }
        if (!experiment.has("scorer", ImageTextScorer.class)) {
            problems.add(
                    "capfilt needs something that ranks captions: wire a scorer, such as scorer: {plugin: clip, checkpoint:"
                            + " DIR}");
        }
        return problems;
    }

    @Override
    public Set<String> uses() {
        return Set.of("captioner", "scorer");
    }

    @Override
    public Set<String> makes() {
        return Set.of("data");
    }

    @Override
    public int partitions(StepContext context) {
        int images = context.dataset().split("train").size();
        return (images + config.partitionSize() - 1) / config.partitionSize();
    }

    @Override
    public PartitionWork open(StepContext context) {
        return CapFiltWork.open(config, context);
    }

    @Override
    public void merge(StepContext context, PartFiles parts) {
        new CapFiltMerge(context).merge(parts);
    }
}
