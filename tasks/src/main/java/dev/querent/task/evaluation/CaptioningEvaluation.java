package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Dataset;
import dev.querent.data.Sample;
import dev.querent.generation.DecodingConfig;
import dev.querent.generation.Generator;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
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
import dev.querent.task.metric.caption.InstalledScorers;
import dev.querent.task.scoring.ResultFile;
import dev.querent.task.scoring.ScoredBenchmark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Captions of images, compared with their references: written by the language model behind the soft prompt (stage 2), or by
 * the bridge itself (stage 1).
 */
@Plugin("captioning-evaluation")
public final class CaptioningEvaluation implements PartitionedStep {

    /** Who writes the captions. */
    public enum Reader {
        /** The language model behind the soft prompt. */
        LANGUAGE,
        /** The bridge's own language-modelling head. */
        BRIDGE;

        String words() {
            return switch (this) {
                case LANGUAGE -> "the language model";
                case BRIDGE -> "the bridge";
            };
        }
    }

    /** What is captioned, and how. */
    public record Config(
            @Doc("the data set; the experiment's where it isn't given")
            Optional<PluginChoice<Dataset>> data,

            @Doc("split of the data set") String split,

            @Doc("most images, the first of the split; all where it isn't given")
            Optional<Integer> images,

            @Doc("whose result file: coco-captions or nocaps; none, but our own measures too, where it isn't given")
            Optional<ScoredBenchmark> benchmark,

            @Doc("folder of an installed pycocoevalcap, which gives METEOR and SPICE too")
            Optional<Path> scorers,

            @Doc("who writes: language or bridge") Reader reader,

            @Doc(
                    "text between soft prompt and caption, e.g. a photo of; the language model only. The data's own where it is empty")
            String prompt,

            @Doc("how captions are decoded") DecodingConfig decoding,
            @Doc("images captioned together") int batchSize,

            @Doc("images of a partition, which one process does at a time")
            int partitionSize) {

        /** The paper's five beams. */
        public static final Config DEFAULTS = new Config(
                Optional.empty(),
                "test",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Reader.LANGUAGE,
                "",
                DecodingConfig.DEFAULTS,
                32,
                128);

        public Config {
            images.ifPresent(most -> Check.positive("images", most));
            Check.that(
                    benchmark.map(ScoredBenchmark::kind).orElse(ScoredBenchmark.Kind.CAPTIONS)
                            == ScoredBenchmark.Kind.CAPTIONS,
                    "benchmark: expected coco-captions or nocaps, found "
                            + benchmark.map(ScoredBenchmark::label).orElse(""));
            Check.positive("batch-size", batchSize);
            Check.positive("partition-size", partitionSize);
        }
    }

    private final Config config;

    public CaptioningEvaluation(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        return switch (config.reader()) {
            case LANGUAGE -> List.of();
            case BRIDGE ->
                experiment.has("bridge", RepresentationLearner.class)
                        ? List.of()
                        : List.of(
                                "captioning-evaluation with reader: bridge needs a bridge that writes captions itself, such"
                                        + " as q-former: choose one, or write reader: language");
        };
    }

    @Override
    public Set<String> uses() {
        return switch (config.reader()) {
            case LANGUAGE -> Set.of("vision", "bridge", "language");
            case BRIDGE -> Set.of("vision", "bridge");
        };
    }

    @Override
    public Set<String> makes() {
        return Set.of();
    }

    private Optional<InstalledScorers> installed() {
        return config.scorers().map(InstalledScorers::new);
    }

    private EvaluatedSplit data(StepContext context) {
        return EvaluatedSplit.of(context, config.data(), config.split());
    }

    private SampleParts samples(StepContext context) {
        return SampleParts.first(data(context).samples(), config.images(), config.partitionSize());
    }

    /** Checks before anything is written what the merge will need. */
    @Override
    public int partitions(StepContext context) {
        Optional<InstalledScorers> unused = installed();
        SampleParts samples = samples(context);
        config.benchmark().ifPresent(benchmark -> {
            List<String> ids = new ArrayList<>();
            for (int place = 0; place < samples.size(); place++) {
                ids.add(samples.get(place).id());
            }
            ResultFile.check(benchmark, ids);
        });
        return samples.count();
    }

    @Override
    public PartitionWork open(StepContext context) {
        return TextWork.open(context, samples(context), config.batchSize(), this::speaker);
    }

    private TextWork.Speaker speaker(StepContext context, NDManager manager) {
        Generator generator = new Generator(config.decoding());
        Bridge bridge = context.bridge(manager);
        return switch (config.reader()) {
            case LANGUAGE -> {
                LanguageModel language = context.language(manager);
                yield (samples, features, place) -> {
                    NDArray softPrompt = bridge.softPrompt(features); // (B, Q, Dl)
                    LanguageInput input = LanguageInput.decoding(
                            softPrompt, samples.stream().map(this::prompt).toList());
                    return each(generator.texts(language.decoder(input), language.tokenizer(), place));
                };
            }
            case BRIDGE -> {
                if (!(bridge instanceof RepresentationLearner learner)) {
                    throw new IllegalArgumentException("the bridge doesn't write captions itself");
                }
                yield (samples, features, place) ->
                        each(generator.texts(learner.look(features).captioner(), learner.tokenizer(), place));
            }
        };
    }

    private String prompt(Sample sample) {
        return config.prompt().isEmpty() ? sample.prompts().caption() : config.prompt();
    }

    private static List<List<String>> each(List<String> captions) {
        return captions.stream().map(List::of).toList();
    }

    @Override
    public void merge(StepContext context, PartFiles parts) {
        CaptionMerge merge = new CaptionMerge(config.reader(), config.benchmark());
        SampleParts samples = samples(context);
        new SaidTexts(context, samples).forEach(parts, merge::add);
        BenchmarkNotes notes = new BenchmarkNotes(config.benchmark());
        notes.add("Split \"" + config.split() + "\", " + config.decoding().numBeams() + " beams"
                + (config.prompt().isEmpty() ? "" : ", prompt \"" + config.prompt() + "\"") + ".");
        notes.addLimit(config.images());
        notes.addAll(data(context).notes());
        merge.write(context.folder(), samples.asList(), installed(), notes);
    }
}
