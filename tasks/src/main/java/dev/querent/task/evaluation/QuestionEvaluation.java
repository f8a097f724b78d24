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
import dev.querent.model.QuestionReader;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.PluginChoice;
import dev.querent.progress.StoppedException;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PartFiles;
import dev.querent.step.PartitionWork;
import dev.querent.step.PartitionedStep;
import dev.querent.step.StepContext;
import dev.querent.task.scoring.ResultFile;
import dev.querent.task.scoring.ScoredBenchmark;
import dev.querent.text.CaptionText;
import dev.querent.text.QuestionPrompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Questions about images, answered by the language model behind the soft prompt and the question (paper section 4.1), and
 * compared with the right answers: VQAv2, OK-VQA and GQA as their scorers do, other data by plain counts.
 */
@Plugin("question-evaluation")
public final class QuestionEvaluation implements PartitionedStep {

    /** Rows that a sample's questions may have before what is drawn for them is drawn for the next sample's too. */
    private static final long ROWS_APART = 1024;

    /** What is asked, and how. */
    public record Config(
            @Doc("the data set; the experiment's where it isn't given")
            Optional<PluginChoice<Dataset>> data,

            @Doc("split of the data set") String split,

            @Doc("most images, the first of the split that have questions; all where it isn't given")
            Optional<Integer> images,

            @Doc("whose scoring and result file: vqav2, okvqa or gqa; plain counts where it isn't given")
            Optional<ScoredBenchmark> benchmark,

            @Doc(
                    "how a question is put, e.g. \"Question: {} Short answer:\"; the question replaces {}. The data's own way where it isn't given")
            Optional<String> prompt,

            @Doc(
                    "whether the bridge reads the question too, as it has learned to in fine-tuning (question-to-bridge there)")
            boolean questionToBridge,

            @Doc("how answers are decoded") DecodingConfig decoding,

            @Doc("most images looked at, and questions answered, together")
            int batchSize,

            @Doc("images of a partition, which one process does at a time")
            int partitionSize) {

        /** Five beams and the paper's length penalty. */
        public static final Config DEFAULTS = new Config(
                Optional.empty(),
                "test",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                new DecodingConfig(5, -1, 1, 10),
                32,
                128);

        public Config {
            images.ifPresent(most -> Check.positive("images", most));
            Check.that(
                    benchmark.map(ScoredBenchmark::kind).orElse(ScoredBenchmark.Kind.ANSWERS)
                            == ScoredBenchmark.Kind.ANSWERS,
                    "benchmark: expected vqav2, okvqa or gqa, found "
                            + benchmark.map(ScoredBenchmark::label).orElse(""));
            Check.that(
                    prompt.orElse("{}").contains("{}"),
                    "prompt: expected a text with {} in it, found \"" + prompt.orElse("") + "\"");
            Check.positive("batch-size", batchSize);
            Check.positive("partition-size", partitionSize);
        }
    }

    private final Config config;

    public QuestionEvaluation(Config config) {
        this.config = config;
    }

    @Override
    public List<String> problems(ExperimentParts experiment) {
        return config.questionToBridge() && !experiment.has("bridge", QuestionReader.class)
                ? List.of(
                        "question-to-bridge needs a bridge that reads text, such as q-former: choose one, or leave it out")
                : List.of();
    }

    @Override
    public Set<String> uses() {
        return Set.of("vision", "bridge", "language");
    }

    @Override
    public Set<String> makes() {
        return Set.of();
    }

    private SampleParts samples(StepContext context) {
        return SampleParts.wanted(
                EvaluatedSplit.of(context, config.data(), config.split()).samples(),
                config.images(),
                config.partitionSize(),
                sample -> !sample.questions().isEmpty());
    }

    @Override
    public int partitions(StepContext context) {
        SampleParts samples = samples(context);
        config.benchmark().ifPresent(benchmark -> ResultFile.check(benchmark, ids(samples)));
        return samples.count();
    }

    private static List<String> ids(SampleParts samples) {
        List<String> ids = new ArrayList<>();
        for (int place = 0; place < samples.size(); place++) {
            samples.get(place).questions().forEach(question -> ids.add(question.id()));
        }
        return ids;
    }

    @Override
    public PartitionWork open(StepContext context) {
        return TextWork.open(context, samples(context), config.batchSize(), this::speaker);
    }

    private TextWork.Speaker speaker(StepContext context, NDManager manager) {
        Generator generator = new Generator(config.decoding());
        Bridge bridge = context.bridge(manager);
        LanguageModel language = context.language(manager);
        return (samples, features, place) -> {
            List<Integer> images = new ArrayList<>();
            List<String> questions = new ArrayList<>();
            List<String> prefixes = new ArrayList<>();
            for (int image = 0; image < samples.size(); image++) {
                Sample sample = samples.get(image);
                String template = config.prompt().orElse(sample.prompts().question());
                for (Sample.Question question : sample.questions()) {
                    images.add(image);
                    questions.add(CaptionText.question(question.text()));
                    prefixes.add(QuestionPrompt.prefix(question.text(), template));
                }
            }
            NDArray softPrompts = softPrompts(bridge, features, images, questions); // (R, Q, Dl)
            List<String> answers = new ArrayList<>();
            for (int first = 0; first < prefixes.size(); first += config.batchSize()) {
                if (context.stopSignal().stopRequested()) {
                    throw new StoppedException("stopped between two questions");
                }
                int end = Math.min(prefixes.size(), first + config.batchSize());
                try (NDManager inner = softPrompts.getManager().newSubManager()) {
                    NDArray prompts = Tensors.slice(softPrompts, 0, first, end);
                    prompts.attach(inner);
                    LanguageInput input = LanguageInput.decoding(prompts, prefixes.subList(first, end));
                    answers.addAll(
                            generator.texts(language.decoder(input), language.tokenizer(), place * ROWS_APART + first));
                }
            }
            return bySample(samples, answers);
        };
    }

    /** Of R questions about B images, (B, N, Dv) -> (R, Q, Dl). */
    private NDArray softPrompts(Bridge bridge, NDArray features, List<Integer> images, List<String> questions) {
        int[] rows = images.stream().mapToInt(Integer::intValue).toArray();
        return config.questionToBridge()
                ? ((QuestionReader) bridge).softPrompt(features, rows, questions)
                : Tensors.selectRows(bridge.softPrompt(features), rows);
    }

    private static List<List<String>> bySample(List<Sample> samples, List<String> answers) {
        List<List<String>> grouped = new ArrayList<>();
        int from = 0;
        for (Sample sample : samples) {
            int to = from + sample.questions().size();
            grouped.add(answers.subList(from, to));
            from = to;
        }
        return grouped;
    }

    @Override
    public void merge(StepContext context, PartFiles parts) {
        AnswerMerge merge = new AnswerMerge(config.benchmark());
        SampleParts samples = samples(context);
        int images = new SaidTexts(context, samples).forEach(parts, merge::add);
        BenchmarkNotes notes = new BenchmarkNotes(config.benchmark());
        notes.add("Split \"" + config.split() + "\", " + config.decoding().numBeams() + " beams"
                + config.prompt().map(text -> ", prompt \"" + text + "\"").orElse("") + ".");
        notes.addLimit(config.images());
        notes.addAll(EvaluatedSplit.of(context, config.data(), config.split()).notes());
        merge.write(context.folder(), images, samples.asList(), notes);
    }
}
