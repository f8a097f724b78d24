package dev.querent.task.pretraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.querent.bridge.QFormer;
import dev.querent.collective.Share;
import dev.querent.collective.SingleProcess;
import dev.querent.data.Batch;
import dev.querent.data.Sample;
import dev.querent.image.Augmentation;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.nn.Tensors;
import dev.querent.random.RunSeed;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.training.AccumulatedObjective.Pass;
import dev.querent.training.Objective;
import dev.querent.training.Trainer;
import dev.querent.training.TrainingConfig;
import dev.querent.weights.ParameterScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several passes against one, through a real Q-Former. */
class AccumulatedRepresentationTest {

    private static final RunSeed SEED = new RunSeed(5);
    private static final long STEP = 7;
    private static final List<String> CAPTIONS =
            List.of("a red ball", "blue", "a red ball", "two green cubes here", "a blue ball");
    private static final List<String> GROUPS = List.of("1", "2", "3", "4", "2");
    private static final int ROWS = CAPTIONS.size();

    private final NDManager manager = Torch.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private QFormer qFormer(double dropout) {
        return new QFormer(
                new QFormer.Config(2, 8, 2, 2, 12, 1, 6, 12, 12, dropout, 0.4, 0.4, 0.4, 0.5, 1e-5),
                new BridgeShape(6, 2, OptionalInt.empty()),
                new ComponentContext(
                        ParameterScope.initialised(manager, new RunSeed(3)),
                        layout -> WordLevelTokenizer.of(
                                List.of("a", "red", "ball", "blue", "two", "green", "cubes", "here"), layout)));
    }

    /** Images of 2 x 2 pixels, 12 numbers, seen as 2 tokens of 6. */
    private static Batch batch() {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            samples.add(new Sample(
                    "sample " + i,
                    GROUPS.get(i),
                    () -> {
                        throw new AssertionError("decoded already");
                    },
                    List.of(CAPTIONS.get(i)),
                    List.of()));
        }
        float[] pixels = new float[ROWS * 12];
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return new Batch(samples, CAPTIONS, List.of(3, 2, 2), new Share(0, ROWS), pixels, Optional.empty());
    }

    private static NDArray features(Batch batch, NDManager owner) {
        return Tensors.reshape(owner, batch.tensor(owner), batch.rows(), 2, 6);
    }

    private static RepresentationStep.Losses losses(QFormer model, int size, double itc, double itm, double itg) {
        return new RepresentationStep.Losses(
                new RepresentationStep.Config(
                        TrainingConfig.DEFAULTS,
                        ROWS,
                        size,
                        itc,
                        ContrastGradient.EXACT,
                        itm,
                        itg,
                        0.1,
                        1,
                        1,
                        Optional.empty(),
                        Augmentation.DEFAULTS,
                        Optional.empty()),
                SEED,
                model);
    }

    /** Sums of the passes' values, by name. */
    private static Map<String, Double> run(RepresentationStep.Losses losses, boolean backward, NDManager shared) {
        Map<String, Double> values = new TreeMap<>();
        List<Pass> passes = new AccumulatedRepresentation(
                        losses,
                        SEED,
                        step -> batch(),
                        AccumulatedRepresentationTest::features,
                        Optional.empty(),
                        new SingleProcess())
                .passes(STEP, shared);
        for (int pass = 0; pass < passes.size(); pass++) {
            Trainer.seedDropout(SEED, STEP, pass, 0);
            try (NDManager owner = Torch.newManager()) {
                Objective.Loss loss = passes.get(pass).loss(owner);
                add(values, loss);
                if (backward) {
                    Torch.backward(loss.total());
                }
            }
        }
        return values;
    }

    private static void add(Map<String, Double> values, Objective.Loss loss) {
        values.merge("loss", (double) loss.total().getFloat(), Double::sum);
        loss.parts().forEach((name, value) -> values.merge(name, (double) value.getFloat(), Double::sum));
    }

    private static Map<String, float[]> gradients(QFormer model) {
        Map<String, float[]> gradients = new TreeMap<>();
        model.representationParameters()
                .asMap()
                .forEach((name, parameter) ->
                        Torch.gradient(parameter).ifPresent(gradient -> gradients.put(name, gradient.toFloatArray())));
        return gradients;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 0.7, 1.3",
        "2, 1, 0.7, 1.3",
        "3, 1, 0.7, 1.3",
        "5, 1, 0.7, 1.3",
        "2, 0, 1, 0",
        "2, 1, 0, 0",
        "2, 0, 0, 1"
    })
    void lossesAndGradientsAreThoseOfOnePass(int size, double itc, double itm, double itg) {
        QFormer whole = qFormer(0);
        QFormer parts = qFormer(0);
        whole.representationParameters().setTrainable(true);
        parts.representationParameters().setTrainable(true);
        Map<String, Double> expected = new TreeMap<>();
        Map<String, Double> found;
        try (Torch.GradientMode on = Torch.recordGradients();
                NDManager owner = Torch.newManager()) {
            Objective.Loss loss = losses(whole, 0, itc, itm, itg).of(STEP, features(batch(), owner), batch());
            add(expected, loss);
            Torch.backward(loss.total());
            found = run(losses(parts, size, itc, itm, itg), true, owner);
        }
        assertThat(found).containsOnlyKeys(expected.keySet());
        expected.forEach((name, value) -> assertThat(found.get(name)).as(name).isCloseTo(value, offset(1e-5)));
        Map<String, float[]> reference = gradients(whole);
        Map<String, float[]> accumulated = gradients(parts);
        assertThat(reference).containsKey("query_tokens");
        assertThat(accumulated.keySet()).containsAll(reference.keySet());
        accumulated.forEach((name, gradient) -> {
            float[] wanted = reference.getOrDefault(name, new float[gradient.length]);
            for (int i = 0; i < gradient.length; i++) {
                assertThat((double) gradient[i]).as(name).isCloseTo(wanted[i], offset(1e-5));
            }
        });
    }

    /** The loss's slope along the gradient is the gradient's length only if both looks at a part drop the same. */
    @Test
    void withDropoutTheGradientIsThatOfTheLoss() {
        QFormer model = qFormer(0.2);
        RepresentationStep.Losses losses = losses(model, 2, 1, 0.7, 1.3);
        model.representationParameters().setTrainable(true);
        try (Torch.GradientMode on = Torch.recordGradients();
                NDManager owner = Torch.newManager()) {
            run(losses, true, owner);
        }
        Map<String, float[]> gradients = gradients(model);
        model.representationParameters().setTrainable(false);
        for (String name : List.of("query_tokens", "text_proj.weight", "vision_proj.weight")) {
            float[] gradient = Objects.requireNonNull(gradients.get(name));
            double length = 0;
            for (float value : gradient) {
                length += (double) value * value;
            }
            length = Math.sqrt(length);
            double slope =
                    (value(losses, name, gradient, 2e-3 / length) - value(losses, name, gradient, -2e-3 / length))
                            / 4e-3; // with larger steps another query may become the one most like a text
            assertThat(slope).as(name).isCloseTo(length, offset(0.01 * length + 1e-4));
        }
    }

    private static double value(RepresentationStep.Losses losses, String name, float[] direction, double factor) {
        NDArray parameter = losses.learner().representationParameters().get(name);
        float[] before = parameter.toFloatArray();
        float[] moved = new float[before.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (before[i] + factor * direction[i]);
        }
        try (NDManager owner = Torch.newManager();
                Torch.GradientMode on = Torch.recordGradients()) {
            Torch.copy(
                    Tensors.reshape(
                            owner, owner.create(moved), parameter.getShape().getShape()),
                    parameter);
            double value = Objects.requireNonNull(run(losses, false, owner).get("loss"));
            Torch.copy(
                    Tensors.reshape(
                            owner, owner.create(before), parameter.getShape().getShape()),
                    parameter);
            return value;
        }
    }
}
