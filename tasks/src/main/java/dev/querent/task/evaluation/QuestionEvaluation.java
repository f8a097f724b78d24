package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.data.Sample;
import dev.querent.generation.DecodingConfig;
import dev.querent.generation.Generator;
import dev.querent.model.Bridge;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.nn.Tensors;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.report.Prediction;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.text.QuestionPrompt;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * Questions about images, answered by the language model behind the soft prompt and the question (paper section 4.1), and
 * compared with the right answers.
 */
@Plugin("question-evaluation")
public final class QuestionEvaluation implements PipelineStep {

    /** What is asked, and how. */
    public record Config(
            @Doc("split of the data set") String split,

            @Doc("most images, the first usable ones of the split that have questions")
            int images,

            @Doc("how answers are decoded") DecodingConfig decoding,
            @Doc("images looked at together") int batchSize) {

        /** Five beams and the paper's length penalty. */
        public static final Config DEFAULTS = new Config("test", 500, new DecodingConfig(5, -1, 1, 10), 32);

        public Config {
            Check.positive("images", images);
            Check.positive("batch-size", batchSize);
        }
    }

    private final Config config;

    public QuestionEvaluation(Config config) {
        this.config = config;
    }

    @Override
    public void run(StepContext context) {
        List<Sample> samples = UsableSamples.of(
                context,
                config.split(),
                config.images(),
                sample -> !sample.questions().isEmpty());
        List<String> answers = new ArrayList<>(); // in the order of samples and their questions
        Generator generator = new Generator(config.decoding());
        try (NDManager manager = Torch.newManager()) {
            Bridge bridge = context.bridge(manager);
            LanguageModel language = context.language(manager);
            new FeatureBatches(context, context.vision(manager), manager, config.batchSize())
                    .forEach(samples, 0, samples.size(), (first, batch, features) -> {
                        List<String> prefixes = new ArrayList<>();
                        List<Integer> images = new ArrayList<>();
                        for (int row = 0; row < batch.size(); row++) {
                            for (Sample.Question question : batch.get(row).questions()) {
                                prefixes.add(QuestionPrompt.prefix(question.text()));
                                images.add(row);
                            }
                        }
                        NDArray softPrompt = Tensors.selectRows( // (R, Q, Dl), R questions
                                bridge.softPrompt(features),
                                images.stream().mapToInt(Integer::intValue).toArray());
                        LanguageInput input = LanguageInput.decoding(softPrompt, prefixes);
                        answers.addAll(generator.texts(language.decoder(input), language.tokenizer(), answers.size()));
                    });
        }
        write(context, samples, answers);
    }

    private void write(StepContext context, List<Sample> samples, List<String> answers) {
        AnswerCounts counts = new AnswerCounts();
        List<Prediction> predictions = new ArrayList<>();
        for (Sample sample : samples) {
            for (Sample.Question question : sample.questions()) {
                String answer = answers.get(predictions.size());
                boolean right = counts.add(question.type(), answer, question.answer());
                predictions.add(
                        new Prediction(sample.id(), question.text(), answer, List.of(question.answer()), right, ""));
            }
        }
        counts.results(config.split(), samples.size())
                .write(context.folder(), SamplePictures.illustrated(context.folder(), samples, predictions));
    }
}
