package dev.querent.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.collective.SingleProcess;
import dev.querent.model.ComponentContext;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.model.TextDecoder;
import dev.querent.nn.MixedPrecision;
import dev.querent.nn.Tensors;
import dev.querent.random.RunSeed;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.training.AdamW;
import dev.querent.training.Objective;
import dev.querent.training.TrainingConfig;
import dev.querent.weights.ParameterScope;
import dev.querent.weights.Precision;
import dev.querent.weights.SafetensorsReader;
import dev.querent.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every language model does, whatever its architecture. */
public abstract class LanguageModelContract {

    /** The words that {@link #build}'s tokenizer knows. */
    protected static final List<String> WORDS = WordLevelTokenizer.words(
            "a red blue circle square left right of above question answer yes no two three is");

    private static final List<String> PREFIXES = List.of("a red", "question is a red circle left of a blue square", "");
    private static final List<String> TARGETS = List.of("circle left of a square", "yes", "three blue");

    private static final int PROMPT_LENGTH = 5;

    /** fp32, sums in another order. */
    private static final double TOLERANCE = 1e-4;

    private final NDManager parameters = Torch.newManager();
    private NDManager manager = Torch.newManager();
    private LanguageModel model;

    /** A small model with some dropout that holds texts of at least 40 tokens. */
    protected abstract LanguageModel build(ComponentContext context);

    /** Names under which a published file repeats the token embeddings, of which the model has one copy. */
    protected abstract List<String> copiesOfTheEmbeddings();

    /** A context that initialises parameters from a seed and builds word tokenizers from {@link #WORDS}. */
    protected static ComponentContext context(NDManager manager, long seed) {
        return new ComponentContext(
                ParameterScope.initialised(manager, new RunSeed(seed)), layout -> WordLevelTokenizer.of(WORDS, layout));
    }

    @BeforeEach
    void buildModel() {
        model = build(context(parameters, 3));
        sharpen();
    }

    @AfterEach
    void freeEverything() {
        manager.close();
        parameters.close();
    }

    /** Fresh weights of a transformer give nearly uniform scores, which hide mistakes: larger ones don't. */
    private void sharpen() {
        SplittableRandom random = new SplittableRandom(11);
        model.parameters().asMap().values().forEach(parameter -> {
            float[] values = parameter.toFloatArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.3 * (random.nextDouble() - 0.5));
            }
            try (NDManager scratch = Torch.newManager()) {
                Torch.copy(scratch.create(values, parameter.getShape()), parameter);
            }
        });
    }

    @Test
    void copiesOfTiedParametersAreNoSurplus(@TempDir Path folder) throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>(model.parameters().asMap());
        NDArray any = tensors.values().iterator().next();
        copiesOfTheEmbeddings().forEach(name -> tensors.put(name, any));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());
        try (SafetensorsReader reader = new SafetensorsReader(file)) {
            ParameterScope scope = ParameterScope.reading(manager, reader, new RunSeed(0));
            LanguageModel read = build(new ComponentContext(scope, layout -> WordLevelTokenizer.of(WORDS, layout)));
            scope.finish();
            assertThat(read.parameters().asMap())
                    .containsOnlyKeys(model.parameters().asMap().keySet());
        }
    }

    /** Stage 2 sends gradients through a frozen model of 16 bits; rounding is 2^-11 of a number in fp16, 2^-8 in bf16. */
    @ParameterizedTest
    @CsvSource({"FP16, 0.02", "BF16, 0.16"})
    void theGradientThroughSixteenBitsIsCloseToThatOfFp32(Precision precision, double tolerance, @TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, model.parameters().asMap(), Map.of());
        try (SafetensorsReader reader = new SafetensorsReader(file)) {
            ParameterScope scope = ParameterScope.reading(manager, reader, new RunSeed(0), precision);
            LanguageModel narrow = build(new ComponentContext(scope, layout -> WordLevelTokenizer.of(WORDS, layout)));
            scope.finish();
            float[] expected = gradientOfThePrompt(model);
            float[] found = gradientOfThePrompt(narrow);
            double difference = 0;
            double length = 0;
            for (int i = 0; i < expected.length; i++) {
                difference += Math.pow(expected[i] - found[i], 2);
                length += Math.pow(expected[i], 2);
            }
            assertThat(Math.sqrt(difference / length)).isPositive().isLessThan(tolerance);
        }
    }

    private float[] gradientOfThePrompt(LanguageModel of) {
        return gradientOfThePrompt(of, false);
    }

    private float[] gradientOfThePrompt(LanguageModel of, boolean recompute) {
        NDArray prompt = prompt(3);
        prompt.setRequiresGradient(true);
        try (Torch.GradientMode on = Torch.recordGradients()) {
            Objective.Loss loss = Objective.Loss.of(
                    recompute,
                    () -> new Objective.Loss(of.loss(LanguageInput.training(prompt, PREFIXES, TARGETS)), Map.of()));
            Torch.backward(loss.total());
            loss.rest().run();
        }
        return Torch.gradient(prompt).orElseThrow().toFloatArray();
    }

    @Test
    void layersThatAreComputedTwiceGiveTheSameGradientWithFewerTensors() {
        float[] expected = gradientOfThePrompt(model, false);
        // what several layers read gets the sum of their gradients, perhaps in another order
        assertThat(gradientOfThePrompt(model, true)).containsExactly(expected, within(1e-6f));
        NDArray prompt = prompt(3);
        prompt.setRequiresGradient(true);
        int before = manager.getManagedArrays().size();
        try (Torch.GradientMode on = Torch.recordGradients()) {
            LanguageInput input = LanguageInput.training(prompt, PREFIXES, TARGETS);
            Objective.Loss twice = Objective.Loss.of(true, () -> new Objective.Loss(model.loss(input), Map.of()));
            int fewer = manager.getManagedArrays().size() - before;
            NDArray once = model.loss(input);
            int all = manager.getManagedArrays().size() - before - fewer;
            assertThat(twice.total().getFloat()).isEqualTo(once.getFloat());
            assertThat(fewer).isLessThan(all * 2 / 3);
        }
    }

    private NDArray prompt(long rows) {
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[(int) rows * PROMPT_LENGTH * model.width()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return manager.create(values, new Shape(rows, PROMPT_LENGTH, model.width()));
    }

    private static NDArray row(NDArray prompt, int row) {
        return Tensors.selectRows(prompt, row);
    }

    private double loss(NDArray prompt, List<String> prefixes, List<String> targets) {
        return model.loss(LanguageInput.training(prompt, prefixes, targets)).getFloat();
    }

    @Test
    void theLossIsWhatDecodingSaysAboutTheTarget() {
        NDArray prompt = prompt(1);
        for (int text = 0; text < 2; text++) {
            String prefix = PREFIXES.get(text);
            String target = TARGETS.get(text);
            double sum = 0;
            int count = 0;
            try (TextDecoder decoder = model.decoder(LanguageInput.decoding(prompt, List.of(prefix)))) {
                for (long token : targetTokens(target, decoder.endToken())) {
                    NDArray logProbabilities = decoder.logits().logSoftmax(1);
                    sum -= logProbabilities.getFloat(0, token);
                    logProbabilities.close();
                    decoder.feed(new long[] {token});
                    count++;
                }
            }
            assertThat(loss(prompt, List.of(prefix), List.of(target)))
                    .as("cached, token by token = uncached, all at once")
                    .isCloseTo(sum / count, within(TOLERANCE));
        }
    }

    private long[] targetTokens(String target, long endToken) {
        long[] plain = model.tokenizer().encodePlain(target);
        long[] tokens = Arrays.copyOf(plain, plain.length + 1);
        tokens[plain.length] = endToken;
        return tokens;
    }

    @Test
    void rowsOfDifferentLengthsDecodeAsIfEachWereAlone() {
        NDArray prompt = prompt(PREFIXES.size());
        long[][] fed = {{7, 8, 9}, {10, 11, 12}, {9, 7, 13}};
        try (TextDecoder together = model.decoder(LanguageInput.decoding(prompt, PREFIXES))) {
            for (int step = 0; step <= fed[0].length; step++) {
                for (int row = 0; row < PREFIXES.size(); row++) {
                    try (TextDecoder alone = alone(prompt, row, Arrays.copyOf(fed[row], step))) {
                        Golden.assertClose(
                                "row " + row + " after " + step + " tokens",
                                alone.logits(),
                                row(together.logits(), row),
                                TOLERANCE,
                                TOLERANCE);
                    }
                }
                if (step < fed[0].length) {
                    int next = step;
                    together.feed(Arrays.stream(fed).mapToLong(row -> row[next]).toArray());
                }
            }
        }
    }

    private TextDecoder alone(NDArray prompt, int row, long[] tokens) {
        TextDecoder decoder = model.decoder(LanguageInput.decoding(row(prompt, row), List.of(PREFIXES.get(row))));
        for (long token : tokens) {
            decoder.feed(new long[] {token});
        }
        return decoder;
    }

    @Test
    void selectedRowsGoOnAsIfTheyHadAlwaysBeenThere() {
        NDArray prompt = prompt(PREFIXES.size());
        try (TextDecoder decoder = model.decoder(LanguageInput.decoding(prompt, PREFIXES))) {
            decoder.select(new int[] {0, 0, 1, 1, 2, 2}); // widened to two beams
            decoder.feed(new long[] {7, 8, 9, 10, 11, 12});
            decoder.select(new int[] {1, 0, 3, 3, 4, 5});
            decoder.feed(new long[] {8, 9, 10, 7, 12, 9});
            decoder.select(new int[] {4, 0, 3}); // finished rows dropped, order changed
            assertThat(decoder.rows()).isEqualTo(3);
            int[] sources = {2, 0, 1};
            long[][] histories = {{11, 12, 7}, {8, 8, 7}, {10, 7, 7}};
            decoder.feed(new long[] {7, 7, 7});
            for (int row = 0; row < sources.length; row++) {
                try (TextDecoder alone = alone(prompt, sources[row], histories[row])) {
                    Golden.assertClose("row " + row, alone.logits(), row(decoder.logits(), row), TOLERANCE, TOLERANCE);
                }
            }
        }
    }

    @Test
    void aBatchLosesWhatItsRowsLose() {
        NDArray prompt = prompt(2);
        double weighted = 0;
        int tokens = 0;
        for (int row = 0; row < 2; row++) {
            int length = targetTokens(TARGETS.get(row), 0).length;
            weighted += length * loss(row(prompt, row), List.of(PREFIXES.get(row)), List.of(TARGETS.get(row)));
            tokens += length;
        }
        assertThat(loss(prompt, PREFIXES.subList(0, 2), TARGETS.subList(0, 2)))
                .isCloseTo(weighted / tokens, within(TOLERANCE));
    }

    @Test
    void gradientsReachTheSoftPromptThroughTheFrozenModel() {
        NDArray prompt = prompt(PREFIXES.size());
        String before = model.parameters().hash();
        GradientCheck.check(
                Map.of("soft prompt", prompt),
                scratch -> model.loss(new LanguageInput(scratch, Optional.of(prompt), PREFIXES, TARGETS)));
        assertThat(model.parameters().hash()).isEqualTo(before);
        assertThat(model.parameters().list()).noneMatch(NDArray::hasGradient);
    }

    @Test
    void gradientsReachEveryParameterInTraining() {
        NDArray prompt = prompt(PREFIXES.size());
        model.parameters().setTrainable(true);
        Map<String, float[]> gradients = GradientCheck.gradients(
                model.parameters().asMap(),
                scratch -> model.loss(new LanguageInput(scratch, Optional.of(prompt), PREFIXES, TARGETS)));
        gradients.forEach((name, gradient) -> {
            boolean some = false;
            for (float value : gradient) {
                assertThat(value).as(name).isFinite();
                some |= value != 0;
            }
            assertThat(some).as(name + " gets a gradient").isTrue();
        });
    }

    /** Trained in {@link MixedPrecision}; bf16 rounds a number by up to 2^-8. */
    @Test
    void theLossInMixedPrecisionIsClose() {
        NDArray prompt = prompt(PREFIXES.size());
        double exact = loss(prompt, PREFIXES, TARGETS);
        model.parameters().setTrainable(true);
        Map<String, float[]> gradients;
        try (MixedPrecision on = MixedPrecision.begin(true)) {
            assertThat(loss(prompt, PREFIXES, TARGETS)).isNotEqualTo(exact).isCloseTo(exact, withPercentage(2));
            gradients = GradientCheck.gradients(
                    model.parameters().asMap(),
                    scratch -> model.loss(new LanguageInput(scratch, Optional.of(prompt), PREFIXES, TARGETS)));
        }
        assertThat(gradients).containsOnlyKeys(model.parameters().asMap().keySet());
    }

    @Test
    void dropoutActsOnlyWhileTheModelItselfIsTrained() {
        NDArray prompt = prompt(PREFIXES.size());
        prompt.setRequiresGradient(true);
        double still = loss(prompt, PREFIXES, TARGETS);
        try (Torch.GradientMode on = Torch.recordGradients()) {
            assertThat(loss(prompt, PREFIXES, TARGETS)).as("frozen").isCloseTo(still, within(1e-6));
            model.parameters().setTrainable(true);
            Torch.seed(1);
            double first = loss(prompt, PREFIXES, TARGETS);
            Torch.seed(2);
            assertThat(loss(prompt, PREFIXES, TARGETS)).as("another seed").isNotEqualTo(first);
            Torch.seed(1);
            assertThat(loss(prompt, PREFIXES, TARGETS)).as("the same seed").isEqualTo(first);
        } finally {
            model.parameters().setTrainable(false);
        }
        assertThat(loss(prompt, PREFIXES, TARGETS)).as("evaluation").isCloseTo(still, within(1e-6));
    }

    @Test
    void aFreshModelBeginsNearChanceAndLearns() {
        NDArray prompt = prompt(PREFIXES.size());
        try (NDManager fresh = Torch.newManager()) {
            LanguageModel learner = build(context(fresh, 5));
            double begin = train(learner, prompt, 0);
            assertThat(begin).isBetween(0.5, 1.5 * Math.log(learner.tokenizer().size()));
            assertThat(train(learner, prompt, 60)).isLessThan(begin / 2);
        }
    }

    /** The loss after a number of steps. */
    private double train(LanguageModel learner, NDArray prompt, int steps) {
        learner.parameters().setTrainable(true);
        try (AdamW optimizer = new AdamW(TrainingConfig.DEFAULTS, learner.parameters(), new SingleProcess())) {
            for (int step = 0; step < steps; step++) {
                try (Torch.GradientMode on = Torch.recordGradients();
                        NDManager scratch = Torch.newManager()) {
                    Torch.seed(step);
                    Torch.backward(learner.loss(new LanguageInput(scratch, Optional.of(prompt), PREFIXES, TARGETS)));
                    optimizer.step(1e-2);
                }
            }
        } finally {
            learner.parameters().setTrainable(false);
        }
        return learner.loss(LanguageInput.training(prompt, PREFIXES, TARGETS)).getFloat();
    }

    @Test
    void nothingIsLeftBehind() {
        NDArray prompt = prompt(PREFIXES.size());
        LanguageInput decoding = LanguageInput.decoding(prompt, PREFIXES);
        int before = manager.getManagedArrays().size();
        int parametersBefore = parameters.getManagedArrays().size();
        try (TextDecoder decoder = model.decoder(decoding)) {
            decoder.feed(new long[] {7, 8, 9});
            decoder.select(new int[] {1, 1});
            decoder.feed(new long[] {7, 8});
        }
        assertThat(manager.getManagedArrays()).as("a decoder owns its memory").hasSize(before);
        try (NDManager scratch = Torch.newManager()) {
            model.loss(new LanguageInput(scratch, Optional.of(prompt), PREFIXES, TARGETS));
        }
        assertThat(manager.getManagedArrays())
                .as("a loss belongs to the input's manager")
                .hasSize(before);
        assertThat(parameters.getManagedArrays()).as("the model").hasSize(parametersBefore);
    }

    @Test
    void tokensAreEmbeddedOneByOne() {
        long[] ids = model.tokenizer().encodePlain("a red circle");
        NDArray together = model.embedTokens(manager, new long[][] {ids, {ids[2], ids[1], ids[0]}}); // (2, 3, Dl)

        assertThat(together.getShape()).isEqualTo(new Shape(2, 3, model.width()));
        for (int i = 0; i < 3; i++) {
            NDArray alone = model.embedTokens(manager, new long[][] {{ids[i]}});
            Golden.assertClose("token " + i, Tensors.slice(row(together, 0), 1, i, i + 1), alone, 0, 0);
            Golden.assertClose("backwards " + i, Tensors.slice(row(together, 1), 1, 2 - i, 3 - i), alone, 0, 0);
        }
    }

    @Test
    void oddTextsAreTaken() {
        NDArray prompt = prompt(1);
        String longText = String.join(" ", Collections.nCopies(2_000, "a red circle left of"));
        for (String target : List.of("", "unheard-of words!", "犬 😀", longText, "a\nred\n\ncircle")) {
            assertThat(loss(prompt, List.of(""), List.of(target))).isFinite();
            assertThat(loss(prompt, List.of("a red"), List.of(target))).isFinite();
        }
        assertThat(loss(prompt, List.of(longText), List.of("yes"))).isFinite();
        assertThat(model.loss(LanguageInput.textOnly(manager, List.of("", "a"), List.of("a red", "")))
                        .getFloat())
                .isFinite();
        LanguageInput text = LanguageInput.textOnly(manager, List.of("", "a red"), List.of("", ""));
        try (TextDecoder decoder = model.decoder(text)) {
            assertThat(decoder.rows()).isEqualTo(2);
            assertThat(decoder.logits().getShape().get(1))
                    .isGreaterThanOrEqualTo(model.tokenizer().size());
        }
    }
}
