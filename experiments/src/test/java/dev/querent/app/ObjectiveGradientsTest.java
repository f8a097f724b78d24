package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.querent.bridge.QFormer;
import dev.querent.language.opt.Opt;
import dev.querent.language.t5.FlanT5;
import dev.querent.model.BridgeShape;
import dev.querent.model.ComponentContext;
import dev.querent.model.LanguageInput;
import dev.querent.model.LanguageModel;
import dev.querent.nn.Activation;
import dev.querent.nn.Tensors;
import dev.querent.random.RunSeed;
import dev.querent.task.objective.HardNegatives;
import dev.querent.task.objective.ImageGroundedTextGeneration;
import dev.querent.task.objective.ImagePretraining;
import dev.querent.task.objective.ImageTextContrastive;
import dev.querent.task.objective.ImageTextMatching;
import dev.querent.task.objective.PairBatch;
import dev.querent.testing.GradientCheck;
import dev.querent.text.WordLevelTokenizer;
import dev.querent.torch.Torch;
import dev.querent.vision.ClipVit;
import dev.querent.weights.ParameterScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every objective's gradient, through real models of toy size, against finite differences; values against plain sums. */
class ObjectiveGradientsTest {

    private static final List<String> CAPTIONS = List.of("a red ball", "blue", "a red ball", "two green cubes here");
    private static final List<String> GROUPS = List.of("1", "2", "3", "4"); // the first and third caption are equal

    private final NDManager manager = Torch.newManager();
    private final NDArray features = random(4, 3, 6);

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray random(long... shape) {
        Torch.seed(21);
        return manager.randomNormal(new Shape(shape));
    }

    private ComponentContext context(ParameterScope scope) {
        return new ComponentContext(
                scope,
                layout -> WordLevelTokenizer.of(
                        List.of("a", "red", "ball", "blue", "two", "green", "cubes", "here"), layout));
    }

    private QFormer qFormer() {
        return new QFormer(
                new QFormer.Config(2, 8, 2, 2, 12, 1, 6, 12, 12, 0, 0.4, 0.4, 0.4, 0.5, 1e-5),
                new BridgeShape(6, 3, OptionalInt.of(8)),
                context(ParameterScope.initialised(manager, new RunSeed(3))));
    }

    private PairBatch batch(QFormer model, NDManager owner) {
        return PairBatch.of(7, model, Tensors.reshape(owner, features, 4, 3, 6), CAPTIONS, GROUPS);
    }

    private void check(QFormer model, List<String> names, Function<PairBatch, NDArray> loss) {
        Map<String, NDArray> leaves = new LinkedHashMap<>();
        leaves.put("features", features);
        names.forEach(name -> leaves.put(name, model.parameters().get(name)));
        GradientCheck.check(leaves, owner -> loss.apply(batch(model, owner)));
    }

    @Test
    void contrastive() {
        QFormer model = qFormer();
        ImageTextContrastive objective = new ImageTextContrastive(0.1);
        check(model, List.of("query_tokens", "text_proj.weight", "temp"), objective::loss);

        PairBatch batch = batch(model, manager);
        double expected = 0;
        for (NDArray similarities : List.of(batch.imageToText(), batch.textToImage())) {
            for (int i = 0; i < 4; i++) {
                double total = 0;
                for (int j = 0; j < 4; j++) {
                    total += Math.exp(similarities.getFloat(i, j));
                }
                for (int j = 0; j < 4; j++) {
                    boolean same = i == j || (i + j == 2 && i != 1); // the equal captions share the target
                    int matches = i == 0 || i == 2 ? 2 : 1;
                    double target = 0.1 / 4 + (same ? 0.9 / matches : 0);
                    expected -= target * (similarities.getFloat(i, j) - Math.log(total)) / 8;
                }
            }
        }
        assertThat((double) objective.loss(batch).getFloat()).isCloseTo(expected, offset(1e-5));
    }

    @Test
    void matching() {
        QFormer model = qFormer();
        ImageTextMatching objective = new ImageTextMatching(new HardNegatives(new RunSeed(5), 0, 0, 10));
        // hardness 0: which negatives are drawn doesn't depend on what is perturbed
        check(
                model,
                List.of(
                        "query_tokens",
                        "itm_head.weight",
                        "Qformer.bert.encoder.layer.1.crossattention.self.key.weight"),
                batch -> objective.loss(batch).loss());
        float accuracy =
                objective.loss(batch(model, manager)).balancedAccuracy().getFloat();
        assertThat(accuracy).isBetween(0f, 1f);
        assertThatThrownBy(() -> objective.loss(
                        PairBatch.of(0, model, Tensors.slice(features, 0, 0, 1), CAPTIONS.subList(0, 1), List.of("1"))))
                .hasMessageContaining("raise batch-size");
    }

    @Test
    void generation() {
        QFormer model = qFormer();
        check(
                model,
                List.of(
                        "query_tokens",
                        "Qformer.bert.embeddings.word_embeddings.weight",
                        "Qformer.bert.encoder.layer.0.output.dense.weight",
                        "Qformer.cls.predictions.bias"),
                new ImageGroundedTextGeneration(0.1)::loss);
    }

    @Test
    void languageModellingThroughAFrozenModel() {
        Opt opt = new Opt(
                new Opt.Config(Optional.empty(), 8, Optional.empty(), 2, 2, 12, 24, true, 0, 0.02, 12),
                context(ParameterScope.initialised(manager, new RunSeed(2))));
        checkPrompt(opt);
    }

    @Test
    void prefixLanguageModellingThroughAFrozenModel() {
        FlanT5 t5 = new FlanT5(
                new FlanT5.Config(
                        Optional.empty(), 8, 4, 2, 12, 2, Optional.empty(), Activation.GELU, 8, 16, false, 0, 24, 12),
                context(ParameterScope.initialised(manager, new RunSeed(2))));
        checkPrompt(t5);
    }

    private void checkPrompt(LanguageModel model) {
        NDArray prompt = random(4, 3, 8);
        GradientCheck.check(
                Map.of("soft prompt", prompt),
                owner -> model.loss(LanguageInput.training(
                        Tensors.reshape(owner, prompt, 4, 3, 8), List.of("", "a", "a red", ""), CAPTIONS)));
        model.parameters()
                .asMap()
                .forEach((name, tensor) ->
                        assertThat(Torch.gradient(tensor)).as(name).isEmpty());
    }

    @Test
    void imagePretraining() {
        ClipVit vit = new ClipVit(
                new ClipVit.Config(8, 4, 8, 2, 2, 12, Activation.QUICK_GELU, 1e-5, 0),
                context(ParameterScope.initialised(manager, new RunSeed(2))));
        ParameterScope heads = ParameterScope.initialised(manager, new RunSeed(6));
        ImagePretraining objective = new ImagePretraining(
                vit, heads, new ImagePretraining.Settings(0.7, 0.5, 0.6, 1.3, 0.5), new RunSeed(1));
        NDArray first = random(3, 3, 8, 8);
        NDArray second = manager.randomNormal(new Shape(3, 3, 8, 8));
        Map<String, NDArray> leaves = new LinkedHashMap<>();
        leaves.put("patch embedding", vit.parameters().get("vision_model.embeddings.patch_embedding.weight"));
        leaves.put("value", vit.parameters().get("vision_model.encoder.layers.1.self_attn.v_proj.weight"));
        heads.parameters().asMap().forEach(leaves::put);
        // fresh, they are so short that what is made of their directions turns within a finite difference
        for (String name : List.of("mask_token", "places")) {
            Torch.copy(Tensors.scale(leaves.get(name), 20), leaves.get(name));
        }
        GradientCheck.check(
                leaves,
                owner -> objective
                        .loss(4, Tensors.reshape(owner, first, 3, 3, 8, 8), Tensors.reshape(owner, second, 3, 3, 8, 8))
                        .total());
    }
}
