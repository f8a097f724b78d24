package dev.querent.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.querent.model.RepresentationLearner;
import dev.querent.model.TextDecoder;
import dev.querent.nn.Tensors;
import dev.querent.testing.Golden;
import dev.querent.text.TokenBatch;
import dev.querent.torch.Torch;
import dev.querent.weights.ParameterSet;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two-pass Q-Former against PyTorch's joint passes under the paper's masks (see {@code make_golden.py}). */
class QFormerGoldenTest {

    private static final List<String> GRADIENTS = List.of(
            "temp",
            "query_tokens",
            "ln_vision.weight",
            "Qformer.bert.embeddings.word_embeddings.weight",
            "Qformer.bert.encoder.layer.0.crossattention.self.key.weight",
            "Qformer.bert.encoder.layer.1.attention.self.value.weight",
            "Qformer.bert.encoder.layer.0.intermediate.dense.weight",
            "Qformer.bert.encoder.layer.1.output_query.dense.bias",
            "text_proj.weight");

    @ParameterizedTest
    @ValueSource(strings = {"odd", "one"})
    void everyLayersQueriesAreTheReferences(String folder) {
        try (BridgeFixture fixture = new BridgeFixture(folder)) {
            Golden golden = fixture.golden();
            QFormer model = fixture.model();
            NDArray features = golden.tensor("features");
            NDArray typed = model.typed(features);
            NDArray hidden = model.embedQueries(
                    features.getManager(), features.getShape().get(0));
            for (int i = 0; i < model.layers().size(); i++) {
                QFormerLayer layer = model.layers().get(i);
                hidden = layer.forward(hidden, layer.imageKeyValue(model.visionNorm(), typed))
                        .hidden();
                golden.check("queries." + i, hidden);
            }
            golden.check("soft-prompt", model.softPrompt(features));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd", "one"})
    void theAttentionIsThatOfTheLastLayerThatCrosses(String folder) {
        try (BridgeFixture fixture = new BridgeFixture(folder)) {
            fixture.golden()
                    .check(
                            "attention",
                            fixture.model().attention(fixture.golden().tensor("features")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd", "one"})
    void embeddingsLossesAndGradientsAreTheReferences(String folder) {
        try (BridgeFixture fixture = new BridgeFixture(folder);
                Torch.GradientMode on = Torch.recordGradients()) {
            Golden golden = fixture.golden();
            QFormer model = fixture.model();
            ParameterSet trained = model.parameters().where(GRADIENTS::contains);
            trained.setTrainable(true);
            NDArray features = golden.tensor("features");
            features.setRequiresGradient(true);
            TokenBatch texts = fixture.texts();

            RepresentationLearner.ImageView view = model.look(features);
            NDArray images = view.embeddings();
            golden.check("image-embeddings", images);
            NDArray text = model.embedText(features.getManager(), texts);
            golden.check("text-embeddings", text);
            NDArray similarity =
                    images.matMul(text.transpose()).max(new int[] {1}).div(model.temperature());
            golden.check("similarity", similarity);
            NDArray own = features.getManager().create(own(texts.rows()));
            NDArray itc = Tensors.scale(
                    Tensors.crossEntropy(similarity, own, 0.1)
                            .add(Tensors.crossEntropy(similarity.transpose(), own, 0.1)),
                    0.5);
            golden.check("itc", itc.reshape(new Shape(1)));

            long[][] pairs = golden.longs("pairs");
            NDArray logits = view.match(images(pairs), texts(pairs, texts));
            golden.check("match-logits", logits);
            long[] labels = Arrays.stream(pairs)
                    .mapToLong(pair -> pair[0] == pair[1] ? 1 : 0)
                    .toArray();
            NDArray itm = Tensors.crossEntropy(logits, features.getManager().create(labels), 0);
            golden.check("itm", itm.reshape(new Shape(1)));

            NDArray itg = view.captionLoss(texts, 0.1);
            golden.check("itg", itg.reshape(new Shape(1)));

            Torch.backward(itc.add(itm).add(itg));
            golden.check("gradient.features", Torch.gradient(features).orElseThrow());
            for (String name : GRADIENTS) {
                golden.check(
                        "gradient." + name, Torch.gradient(trained.get(name)).orElseThrow());
            }
        }
    }

    private static int[] images(long[][] pairs) {
        return Arrays.stream(pairs).mapToInt(pair -> (int) pair[0]).toArray();
    }

    private static TokenBatch texts(long[][] pairs, TokenBatch texts) {
        return texts.select(Arrays.stream(pairs).mapToInt(pair -> (int) pair[1]).toArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd", "one"})
    void theSoftPromptOfAQuestionIsTheReferences(String folder) {
        try (BridgeFixture fixture = new BridgeFixture(folder)) {
            long[][] pairs = fixture.golden().longs("pairs");
            NDArray prompt = fixture.model()
                    .softPrompt(fixture.golden().tensor("features"), images(pairs), texts(pairs, fixture.texts()));
            fixture.golden().check("question-prompt", prompt);
        }
    }

    private static long[] own(int rows) {
        long[] own = new long[rows];
        Arrays.setAll(own, row -> row);
        return own;
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd", "one"})
    void gradientsReachTheFeaturesThroughTheSoftPrompt(String folder) {
        try (BridgeFixture fixture = new BridgeFixture(folder);
                Torch.GradientMode on = Torch.recordGradients()) {
            NDArray features = fixture.golden().tensor("features");
            features.setRequiresGradient(true);
            NDArray prompt = fixture.model().softPrompt(features);
            Torch.backward(prompt.mul(prompt).sum());
            Golden.assertClose(
                    "gradient.features.soft-prompt",
                    fixture.golden().tensor("gradient.features.soft-prompt"),
                    Torch.gradient(features).orElseThrow(),
                    1e-4,
                    1e-3); // a sum of squares: errors of the forward pass count twice
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd", "one"})
    void theCaptionerScoresTokensAsTheJointPassDoes(String folder) {
        try (BridgeFixture fixture = new BridgeFixture(folder)) {
            QFormer model = fixture.model();
            NDArray features = fixture.golden().tensor("features");
            RepresentationLearner.ImageView view = model.look(features);
            int rows = (int) features.getShape().get(0);
            long[][] said = new long[rows][];
            for (int row = 0; row < rows; row++) {
                said[row] = new long[] {2, 6 + row, 8, 7, 3};
            }
            // the mean loss of a text is that of its tokens, scored one after the other
            double stepwise = 0;
            try (TextDecoder captioner = view.captioner()) {
                for (int t = 1; t < 5; t++) {
                    NDArray logProbabilities = captioner.logits().logSoftmax(1);
                    long[] next = new long[rows];
                    for (int row = 0; row < rows; row++) {
                        next[row] = said[row][t];
                        stepwise -= logProbabilities.getFloat(row, next[row]);
                    }
                    captioner.feed(next);
                }
                captioner.select(new int[] {rows - 1, 0});
                assertThat(captioner.rows()).isEqualTo(2);
            }
            long[][] mask = new long[rows][5];
            Arrays.stream(mask).forEach(row -> Arrays.fill(row, 1));
            float joint = view.captionLoss(new TokenBatch(said, mask), 0).getFloat();
            assertThat(stepwise / (4.0 * rows)).isCloseTo(joint, org.assertj.core.data.Offset.offset(1e-5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd"})
    void selectedRowsDecodeAsIfTheyHadAlwaysStoodThere(String folder) {
        try (BridgeFixture fixture = new BridgeFixture(folder)) {
            NDArray features = fixture.golden().tensor("features");
            try (TextDecoder all = fixture.model().look(features).captioner();
                    TextDecoder swapped = fixture.model()
                            .look(Tensors.selectRows(features, 2, 0, 2))
                            .captioner()) {
                all.feed(new long[] {7, 8, 9});
                all.select(new int[] {2, 0, 2});
                swapped.feed(new long[] {9, 7, 9});
                Golden.assertClose("after select", swapped.logits(), all.logits(), 1e-5, 1e-4);
                all.feed(new long[] {6, 6, 10});
                swapped.feed(new long[] {6, 6, 10});
                Golden.assertClose("one token on", swapped.logits(), all.logits(), 1e-5, 1e-4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd"})
    void whatEachStageTrainsIsTheRightPart(String folder) {
        try (BridgeFixture fixture = new BridgeFixture(folder)) {
            QFormer model = fixture.model();
            assertThat(model.representationParameters().names())
                    .doesNotContain("language_projection.weight", "language_projection.bias")
                    .hasSize(model.parameters().names().size() - 2);
            assertThat(model.promptParameters().names())
                    .contains(
                            "query_tokens",
                            "ln_vision.weight",
                            "language_projection.weight",
                            "Qformer.bert.embeddings.LayerNorm.weight",
                            "Qformer.bert.encoder.layer.1.output_query.LayerNorm.bias")
                    .noneMatch(name -> name.startsWith("Qformer.cls") || name.contains("_proj.") || name.equals("temp"))
                    .noneMatch(name -> name.contains("word_embeddings") || name.contains("position_embeddings"))
                    .noneMatch(name -> name.contains(".intermediate.") || name.matches(".*layer\\.\\d\\.output\\..*"));
            NDArray features = fixture.golden().tensor("features");
            reached(model, model.promptParameters(), () -> model.softPrompt(features));
            int[] images = {0, 1, 2};
            reached(model, model.questionParameters(), () -> model.softPrompt(features, images, fixture.texts()));
        }
    }

    private static void reached(QFormer model, ParameterSet expected, Supplier<NDArray> softPrompt) {
        try (Torch.GradientMode on = Torch.recordGradients()) {
            model.parameters().setTrainable(true);
            Torch.backward(softPrompt.get().sum());
        }
        model.parameters().asMap().forEach((name, tensor) -> {
            if (!name.endsWith("key.bias")) { // softmax ignores it: its gradient is rounding
                boolean reached = Torch.gradient(tensor)
                        .filter(gradient -> gradient.abs().sum().getFloat() > 0)
                        .isPresent();
                assertThat(reached).as(name).isEqualTo(expected.names().contains(name));
            }
        });
    }
}
