package dev.querent.task.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
import dev.querent.report.Prediction;
import dev.querent.report.ResultTable;
import dev.querent.report.StepResults;
import dev.querent.step.ExperimentParts;
import dev.querent.step.PipelineStep;
import dev.querent.step.StepContext;
import dev.querent.task.metric.ConstantText;
import dev.querent.task.metric.TextAgreement;
import dev.querent.torch.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Captions of images, compared with their references: written by the language model behind the soft prompt (stage 2), or by
 * the bridge itself (stage 1).
 */
@Plugin("captioning-evaluation")
public final class CaptioningEvaluation implements PipelineStep {

    /** Who writes the captions. */
    public enum Reader {
        /** The language model behind the soft prompt. */
        LANGUAGE,
        /** The bridge's own language-modelling head. */
        BRIDGE
    }

    /** What is captioned, and how. */
    public record Config(
            @Doc("split of the data set") String split,

            @Doc("most images, the first usable ones of the split")
            int images,

            @Doc("who writes: language or bridge") Reader reader,

            @Doc("text between soft prompt and caption; the language model only")
            String prompt,

            @Doc("how captions are decoded") DecodingConfig decoding,
            @Doc("images captioned together") int batchSize) {

        /** The paper's five beams. */
        public static final Config DEFAULTS = new Config("test", 500, Reader.LANGUAGE, "", DecodingConfig.DEFAULTS, 32);

        public Config {
            Check.positive("images", images);
            Check.positive("batch-size", batchSize);
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
    public void run(StepContext context) {
        List<Sample> samples = UsableSamples.of(context, config.split(), config.images(), sample -> true);
        List<String> captions = new ArrayList<>();
        try (NDManager manager = Torch.newManager()) {
            BiFunction<NDArray, Integer, List<String>> captioner = captioner(context, manager);
            new FeatureBatches(context, context.vision(manager), manager, config.batchSize())
                    .forEach(
                            samples,
                            0,
                            samples.size(),
                            (first, batch, features) -> captions.addAll(captioner.apply(features, first)));
        }
        write(context, samples, captions);
    }

    /** From (B, N, Dv) features, and the number of images before them, to B captions. */
    private BiFunction<NDArray, Integer, List<String>> captioner(StepContext context, NDManager manager) {
        Generator generator = new Generator(config.decoding());
        Bridge bridge = context.bridge(manager);
        return switch (config.reader()) {
            case LANGUAGE -> {
                LanguageModel language = context.language(manager);
                yield (features, first) -> {
                    NDArray softPrompt = bridge.softPrompt(features); // (B, Q, Dl)
                    int rows = Math.toIntExact(softPrompt.getShape().get(0));
                    LanguageInput input =
                            LanguageInput.decoding(softPrompt, Collections.nCopies(rows, config.prompt()));
                    return generator.texts(language.decoder(input), language.tokenizer(), first);
                };
            }
            case BRIDGE -> {
                if (!(bridge instanceof RepresentationLearner learner)) {
                    throw new IllegalArgumentException("the bridge doesn't write captions itself");
                }
                yield (features, first) ->
                        generator.texts(learner.look(features).captioner(), learner.tokenizer(), first);
            }
        };
    }

    private void write(StepContext context, List<Sample> samples, List<String> captions) {
        List<TextAgreement> agreements = new ArrayList<>();
        List<Prediction> predictions = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            TextAgreement agreement =
                    TextAgreement.best(captions.get(i), samples.get(i).captions());
            agreements.add(agreement);
            predictions.add(new Prediction(
                            samples.get(i).id(),
                            "",
                            captions.get(i),
                            samples.get(i).captions(),
                            agreement.exact() == 1,
                            "")
                    .scored(agreement.f1()));
        }
        TextAgreement level = TextAgreement.mean(agreements);
        TextAgreement constant =
                ConstantText.level(samples.stream().map(Sample::captions).toList());
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("images", (double) samples.size());
        numbers.put("exact-match", level.exact());
        numbers.put("token-f1", level.f1());
        numbers.put("word-overlap", level.overlap());
        numbers.put("constant-exact-match", constant.exact());
        numbers.put("constant-token-f1", constant.f1());
        numbers.put("constant-word-overlap", constant.overlap());
        numbers.put("different-captions", captions.stream().distinct().count() / (double) captions.size());
        String writer = switch (config.reader()) {
            case LANGUAGE -> "the language model";
            case BRIDGE -> "the bridge";
        };
        ResultTable table = new ResultTable(
                "Captions by " + writer + " for " + samples.size() + " images",
                List.of("captions", "exact match", "token F1", "word overlap"),
                List.of(row(writer, level), row("the best constant caption", constant)));
        List<String> notes = List.of(
                "Split \"" + config.split() + "\", " + config.decoding().numBeams() + " beams, prompt \""
                        + config.prompt()
                        + "\". Case and punctuation don't count; of several references the closest does.",
                "The constant captions are the best that can be said of every image without looking, one for each measure.");
        new StepResults("Captioning by " + writer, numbers, List.of(table), notes)
                .write(context.folder(), SamplePictures.illustrated(context.folder(), samples, predictions));
    }

    private static List<String> row(String name, TextAgreement agreement) {
        return List.of(
                name,
                ResultTable.percent(agreement.exact()),
                ResultTable.percent(agreement.f1()),
                ResultTable.percent(agreement.overlap()));
    }
}
